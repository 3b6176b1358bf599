//! A request that can be sent more than once, each time with another key.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use super::base_url::BaseUrl;
use super::headers::{add_extra, header};
use super::key::ApiKey;
use super::transport::Outgoing;
use crate::error::ModelError;
use crate::protocol::{Encoded, Protocol};
use crate::request::Settings;

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
}

pub(super) struct Letter {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Letter {
    pub(super) fn new(
        method: Method,
        base_url: &BaseUrl,
        encoded: Encoded,
        settings: &Settings,
        accept: &'static str,
        protocol: &dyn Protocol,
    ) -> Result<Self, ModelError> {
        let Encoded { path, headers: own, body } = encoded;
        let url = base_url.join(&path)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        if method == Method::Post {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in own {
            let (name, value) = header(name, &value)?;
            headers.insert(name, value);
        }
        add_extra(&mut headers, settings, protocol.authorization("").0)?;
        Ok(Self { method, url, headers, body: body.into() })
    }

    /// Puts a key into it, in the place of the one before.
    pub(super) fn sign(&mut self, protocol: &dyn Protocol, key: &ApiKey) -> Result<(), ModelError> {
        let (name, value) = protocol.authorization(key.expose());
        let (name, mut value) = header(name, &value)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    pub(super) fn method(&self) -> Method {
        self.method
    }

    pub(super) fn outgoing(&self) -> Outgoing {
        Outgoing::new(self.url.clone(), self.headers.clone(), self.body.clone())
    }

    /// The bytes of its body.
    pub(super) fn size(&self) -> usize {
        self.body.len()
    }
}
