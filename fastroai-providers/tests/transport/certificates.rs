//! Certificates that are not to be trusted.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use fastroai_providers::error::{ModelErrorKind, Phase, RetryClass, Sent};
use fastroai_providers::http::{HttpModel, HttpTransport};
use fastroai_providers::{ModelError, Settings};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection};

use crate::tiny::{Tiny, ask_with};

/// A server with this certificate, and a client that trusts it.
struct Pair {
    url: String,
    client: reqwest::Client,
}

fn ring() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn trusting(
    roots: RootCertStore,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> reqwest::Client {
    let tls = ClientConfig::builder_with_provider(ring())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

impl Pair {
    fn of(host: &str, days: [(i32, u8, u8); 2]) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut certificate = CertificateParams::new([host.to_owned()]).unwrap();
        [certificate.not_before, certificate.not_after] =
            days.map(|(year, month, day)| date_time_ymd(year, month, day));
        let certificate: CertificateDer<'static> = certificate.self_signed(&key).unwrap().into();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let server = ServerConfig::builder_with_provider(ring())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let client = trusting(roots, rustls::ALL_VERSIONS);
        Self { url: serve(server), client }
    }

    async fn ask(self) -> Result<String, ModelError> {
        let transport = HttpTransport::default().with_client(self.client);
        let url = self.url.parse().unwrap();
        let model = HttpModel::new("tiny:small".parse().unwrap(), Arc::new(Tiny), transport, url);
        ask_with(&model, &Settings::default()).await.map(|reply| reply.text())
    }
}

/// Answers one request, where the client comes so far.
fn serve(config: ServerConfig) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::Stream::new(&mut connection, &mut socket);
        let mut head = Vec::new();
        let mut buffer = [0; 1024];
        while !head.ends_with(b"}") {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => head.extend_from_slice(&buffer[..count]),
            }
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"text\":\"hi\"}");
    });
    url
}

const VALID: [(i32, u8, u8); 2] = [(2020, 1, 1), (2120, 1, 1)];

fn assert_unsafe(error: &ModelError, why: &str) {
    let expected = ModelErrorKind::Transport { phase: Phase::Tls, sent: Sent::No };
    assert_eq!(*error.kind(), expected, "{error}");
    assert_eq!(error.retry_class(), RetryClass::Never);
    assert!(error.to_string().ends_with(why), "{error}");
    assert!(error.to_string().contains("no safe connection to `127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn n3_a_good_certificate_is_taken() {
    assert_eq!(Pair::of("127.0.0.1", VALID).ask().await.unwrap(), "hi");
}

#[tokio::test]
async fn n3_an_expired_certificate_is_refused_for_good() {
    let error = Pair::of("127.0.0.1", [(2019, 1, 1), (2020, 1, 1)]).ask().await.unwrap_err();
    assert_unsafe(&error, "its certificate has expired");
}

#[tokio::test]
async fn n3_a_certificate_of_the_future_is_refused_for_good() {
    let error = Pair::of("127.0.0.1", [(2119, 1, 1), (2120, 1, 1)]).ask().await.unwrap_err();
    assert_unsafe(&error, "its certificate is not valid yet");
}

#[tokio::test]
async fn n3_a_certificate_for_another_host_is_refused_for_good() {
    let error = Pair::of("other.test", VALID).ask().await.unwrap_err();
    assert_unsafe(&error, "its certificate is for another host");
}

#[tokio::test]
async fn n3_a_certificate_of_nobody_is_refused_for_good() {
    let mut pair = Pair::of("127.0.0.1", VALID);
    pair.client = trusting(RootCertStore::empty(), rustls::ALL_VERSIONS);
    let error = pair.ask().await.unwrap_err();
    assert_unsafe(&error, "its certificate comes from nobody whom this machine trusts");
}

#[tokio::test]
async fn n3_a_client_of_our_own_refuses_what_this_machine_does_not_trust() {
    let url = Pair::of("127.0.0.1", VALID).url.parse().unwrap();
    let transport = HttpTransport::default();
    let model = HttpModel::new("tiny:small".parse().unwrap(), Arc::new(Tiny), transport, url);
    let error = ask_with(&model, &Settings::default()).await.unwrap_err();
    let expected = ModelErrorKind::Transport { phase: Phase::Tls, sent: Sent::No };
    assert_eq!(*error.kind(), expected, "{error}");
}

#[tokio::test]
async fn n3_two_sides_without_a_common_version_are_told_apart_from_a_bad_certificate() {
    let mut pair = Pair::of("127.0.0.1", VALID);
    pair.client = trusting(RootCertStore::empty(), &[&rustls::version::TLS12]);
    let error = pair.ask().await.unwrap_err();
    assert_unsafe(&error, "the two sides have no version or cipher in common");
}
