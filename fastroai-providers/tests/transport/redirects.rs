//! Redirects from `https`: to where nothing is encrypted, and to another host.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastroai_providers::error::{ModelErrorKind, ProtocolFault};
use fastroai_providers::http::egress::{EgressClient, EgressError};
use fastroai_providers::http::{ApiKey, HttpModel, HttpTransport};
use fastroai_providers::{ModelError, Settings};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

use crate::server::{JSON, Server, answer};
use crate::tiny::{CANARY, Tiny, ask_with};

/// A certificate for this machine, and how a server shows it.
struct Identity {
    pem: String,
    config: Arc<ServerConfig>,
}

fn identity() -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let certificate: CertificateDer<'static> = certificate.into();
    let text = STANDARD.encode(&certificate);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    Identity { pem, config: Arc::new(config) }
}

/// A server behind TLS that gives everyone this answer, and keeps what it was asked.
struct Safe {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Safe {
    fn answering(identity: &Identity, status: u16, header: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (keep, config) = (Arc::clone(&asked), Arc::clone(&identity.config));
        let answer = format!(
            "HTTP/1.1 {status} X\r\n{header}content-length: 13\r\nconnection: close\r\n\r\n{{\"text\":\"hi\"}}"
        );
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let mut socket = socket.unwrap();
                let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = rustls::Stream::new(&mut connection, &mut socket);
                let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
                // A question without a body ends with its head, the other with its JSON.
                let is_whole = |asked: &[u8]| {
                    let end: &[u8] = if asked.starts_with(b"G") { b"\r\n\r\n" } else { b"}" };
                    asked.ends_with(end)
                };
                while !is_whole(&head) {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(count) => head.extend_from_slice(&buffer[..count]),
                    }
                }
                if !head.is_empty() {
                    keep.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
                    let _gone = stream.write_all(answer.as_bytes());
                    connection.send_close_notify();
                    let _gone = connection.complete_io(&mut socket);
                }
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn ask(url: &str) -> Result<String, ModelError> {
    let url = url.parse().unwrap();
    let transport = HttpTransport::default();
    let model = HttpModel::new("tiny:small".parse().unwrap(), Arc::new(Tiny), transport, url)
        .with_key(ApiKey::new(CANARY).unwrap());
    ask_with(&model, &Settings::default()).await.map(|reply| reply.text())
}

async fn fetch(url: &str) -> Result<u16, EgressError> {
    let request = EgressClient::new().allow_private_addresses().get(url);
    let request = request.header("authorization", CANARY).header("x-api-key", CANARY);
    request.header("cookie", CANARY).send().await.map(|response| response.status())
}

/// The clients as they are, in a process of its own that trusts the certificate.
#[tokio::main(flavor = "current_thread")]
async fn go_to(urls: &str) {
    let [to_plain, to_other, other]: [&str; 3] =
        urls.split(' ').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(ask(other).await.unwrap(), "hi", "the certificate is trusted");
    for url in [to_plain, to_other] {
        let error = ask(url).await.unwrap_err();
        let redirect = ModelErrorKind::Protocol(ProtocolFault::Redirect);
        assert_eq!(*error.kind(), redirect, "{error}");
    }
    let error = fetch(to_plain).await.unwrap_err();
    assert!(matches!(error, EgressError::Downgrade), "{error:?}");
    assert_eq!(fetch(to_other).await.unwrap(), 200);
}

#[test]
#[cfg(all(unix, not(target_vendor = "apple")))]
fn promise_13_no_redirect_leads_from_https_to_http_or_takes_a_key_to_another_host() {
    const ENVIRONMENT: &str = "FASTROAI_TEST_REDIRECTS";
    if let Ok(urls) = std::env::var(ENVIRONMENT) {
        return go_to(&urls);
    }
    let identity = identity();
    let plain = Server::start([vec![answer(200, JSON, r#"{"text":"plain"}"#)]]);
    let other = Safe::answering(&identity, 200, JSON);
    let to_plain =
        Safe::answering(&identity, 302, &format!("location: {}/v1/ask\r\n", plain.url()));
    let to_other = Safe::answering(&identity, 307, &format!("location: {}/v1/ask\r\n", other.url));
    // What a system trusts is read from its files, and from this one where it is named.
    let file = std::env::temp_dir().join(format!("fastroai-redirects-{}.pem", std::process::id()));
    std::fs::write(&file, &identity.pem).unwrap();
    let name =
        "redirects::promise_13_no_redirect_leads_from_https_to_http_or_takes_a_key_to_another_host";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("SSL_CERT_FILE", &file)
        .env(ENVIRONMENT, format!("{} {} {}", to_plain.url, to_other.url, other.url))
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stdout));

    assert_eq!((to_plain.asked().len(), to_other.asked().len()), (2, 2));
    assert!(to_plain.asked().iter().chain(&to_other.asked()).all(|asked| asked.contains(CANARY)));
    assert!(plain.requests().is_empty(), "nothing was sent unencrypted");
    let asked = other.asked();
    assert_eq!(asked.len(), 2, "asked for itself, and by the client of tools that was sent on");
    assert!(asked[0].contains(CANARY) && asked[0].starts_with("POST"));
    assert!(!asked[1].contains("canary") && asked[1].starts_with("GET"), "{}", asked[1]);
}

#[tokio::test]
async fn promise_13_the_client_of_tools_takes_no_certificate_that_nobody_vouches_for() {
    let server = Safe::answering(&identity(), 200, JSON);
    let error = fetch(&server.url).await.unwrap_err();
    assert!(matches!(error, EgressError::Connection(_)), "{error:?}");
    assert!(server.asked().is_empty(), "nothing was sent");
}
