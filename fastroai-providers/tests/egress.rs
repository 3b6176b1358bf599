//! What a tool may fetch: the public internet, within limits, and nothing of what is near.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai_providers::http::egress::{
    EgressClient, EgressError, Forbidden, Resolve, ResolveFuture,
};
use proptest::prelude::*;

/// A server on this machine that gives these answers, and keeps what it was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&asked);
        std::thread::spawn(move || {
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap_or(0) > 0 {}
                keep.lock().unwrap().push(head);
                let _gone = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn page(text: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len())
}

fn redirect(status: u16, to: &str) -> String {
    format!(
        "HTTP/1.1 {status} Elsewhere\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

/// Gives one list of addresses after the other, and the last again and again.
struct Scripted(Vec<Vec<IpAddr>>, AtomicUsize);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Self {
        let parse = |all: &&[&str]| all.iter().map(|one| one.parse().unwrap()).collect();
        Self(answers.iter().map(parse).collect(), AtomicUsize::new(0))
    }
}

impl Resolve for Scripted {
    fn resolve(&self, _: &str) -> ResolveFuture {
        let next = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
        let addresses = self.0[next].clone();
        Box::pin(async move { Ok(addresses) })
    }
}

async fn refusal(client: &EgressClient, url: &str) -> EgressError {
    client.get(url).send().await.err().unwrap_or_else(|| panic!("{url} was fetched"))
}

#[tokio::test]
async fn behaviour_62_addresses_that_are_not_public_are_refused_in_every_form() {
    use Forbidden::{LinkLocal, Loopback, Metadata, Private, Reserved};
    let client = EgressClient::new();
    for (host, why) in [
        ("127.0.0.1", Loopback),
        ("127.1", Loopback),
        ("2130706433", Loopback),
        ("0x7f.0.0.1", Loopback),
        ("0177.0.0.1", Loopback),
        ("0.0.0.0", Loopback),
        ("10.1.2.3", Private),
        ("172.31.0.1", Private),
        ("192.168.1.1", Private),
        ("100.64.0.1", Private),
        ("169.254.7.7", LinkLocal),
        ("169.254.169.254", Metadata),
        ("168.63.129.16", Metadata),
        ("100.100.100.200", Metadata),
        ("192.0.2.1", Reserved),
        ("198.18.0.1", Reserved),
        ("224.0.0.1", Reserved),
        ("255.255.255.255", Reserved),
        ("[::1]", Loopback),
        ("[::]", Loopback),
        ("[fe80::1]", LinkLocal),
        ("[fd12:3456::1]", Private),
        ("[fd00:ec2::254]", Metadata),
        ("[2001:db8::1]", Reserved),
        ("[ff02::1]", Reserved),
        ("[::ffff:127.0.0.1]", Loopback),
        ("[::ffff:169.254.169.254]", Metadata),
        ("[::ffff:0:10.0.0.1]", Private),
        ("[::10.0.0.1]", Private),
        ("[64:ff9b::169.254.169.254]", Metadata),
        ("[64:ff9b::10.0.0.1]", Private),
        ("[64:ff9b:1::1]", Reserved),
        ("[fe80::a9fe:a9fe]", Metadata),
        ("169.254.170.2", Metadata),
        ("169.254.42.42", Metadata),
        ("[2002:a9fe:a9fe::1]", Metadata),
        ("[2002:0a00:0001::]", Private),
        ("[2001::1]", Reserved),
    ] {
        let error = refusal(&client, &format!("http://{host}/")).await;
        assert!(matches!(error, EgressError::Address(found) if found == why), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn behaviour_62_a_metadata_address_is_refused_where_local_ones_are_allowed() {
    let client = EgressClient::new().allow_private_addresses();
    for host in [
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "[fd00:42::42]",
        "[fe80::a9fe:a9fe]",
        "[::ffff:169.254.169.254]",
        "[::ffff:0:169.254.169.254]",
        "[::169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "[2002:a9fe:a9fe::1]",
    ] {
        let error = refusal(&client, &format!("http://{host}/")).await;
        assert!(matches!(error, EgressError::Address(Forbidden::Metadata)), "{host}: {error:?}");
    }
    // Where a network translates by a prefix of its own, it cannot be told from one.
    for host in ["[64:ff9b:1::169.254.169.254]", "[64:ff9b:1:a9fe:a9:fe00::]"] {
        let error = refusal(&client, &format!("http://{host}/")).await;
        assert!(matches!(error, EgressError::Address(Forbidden::Reserved)), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn behaviour_62_a_redirect_there_is_not_followed() {
    let server = Server::new(vec![redirect(302, "http://169.254.169.254/latest/meta-data/")]);
    let client = EgressClient::new().allow_private_addresses();
    let error = refusal(&client, &server.url("/")).await;
    assert!(matches!(error, EgressError::Address(Forbidden::Metadata)), "{error:?}");
}

#[tokio::test]
async fn behaviour_62_a_name_that_resolves_there_is_refused_and_nothing_is_sent() {
    let server = Server::new(vec![page("secret")]);
    for addresses in [&["127.0.0.1"][..], &["93.184.216.34", "127.0.0.1"], &["::ffff:127.0.0.1"]] {
        let client = EgressClient::new().resolver(Scripted::new(&[addresses]));
        let error = refusal(&client, &format!("http://innocent.example:{}/", server.port)).await;
        assert!(matches!(error, EgressError::Address(Forbidden::Loopback)), "{error:?}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn behaviour_62_a_name_that_changes_its_address_is_looked_at_at_each_connection() {
    // Allowed at first, so that a redirect to the same name connects once more.
    let server = Server::new(vec![redirect(302, "/again"), page("secret")]);
    let client = EgressClient::new()
        .allow_private_addresses()
        .resolver(Scripted::new(&[&["127.0.0.1"], &["169.254.169.254"]]));
    let error = refusal(&client, &format!("http://rebinding.example:{}/", server.port)).await;
    assert!(matches!(error, EgressError::Address(Forbidden::Metadata)), "{error:?}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn behaviour_62_a_body_beyond_the_limit_is_refused() {
    let server = Server::new(vec![page(&"x".repeat(1001)), page(&"x".repeat(1000))]);
    let client = EgressClient::new().allow_private_addresses().max_bytes(1000);
    let error = refusal(&client, &server.url("/")).await;
    assert!(matches!(error, EgressError::TooLarge { limit: 1000 }), "{error:?}");
    assert_eq!(client.get(server.url("/")).send().await.unwrap().bytes().len(), 1000);
    let asked = server.asked()[0].to_ascii_lowercase();
    assert!(!asked.contains("accept-encoding"), "what is not compressed cannot swell: {asked}");
}

#[tokio::test]
async fn behaviour_62_a_body_that_is_packed_though_nobody_asked_is_not_unpacked() {
    let body = "what is sent is no gzip: whoever unpacked it would fail";
    let packed = page(body).replace("connection:", "content-encoding: gzip\r\nconnection:");
    let server = Server::new(vec![packed]);
    let client = EgressClient::new().allow_private_addresses().max_bytes(1000);
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.bytes(), body.as_bytes(), "as it came, and counted so");
    assert_eq!(response.header("content-encoding"), Some("gzip"), "for the tool to know");
}

#[tokio::test]
async fn s9_files_other_schemes_and_user_names_are_refused() {
    let client = EgressClient::new();
    for url in ["file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "data:,x"] {
        let error = refusal(&client, url).await;
        assert!(matches!(error, EgressError::Scheme { .. }), "{url}: {error:?}");
    }
    for url in ["http://user@example.com/", "https://user:pass@example.com/", "no url", "http://"] {
        let error = refusal(&client, url).await;
        assert!(matches!(error, EgressError::Url), "{url}: {error:?}");
    }
    let error = refusal(&client.https_only(), "http://example.com/").await;
    assert!(matches!(error, EgressError::Scheme { .. }), "{error:?}");
}

#[tokio::test]
async fn only_hosts_on_the_list_are_reached() {
    let server = Server::new(vec![redirect(302, "http://evil.example/"), page("ok")]);
    let client = EgressClient::new()
        .allow_private_addresses()
        .resolver(Scripted::new(&[&["127.0.0.1"]]))
        .hosts(["docs.example", "*.wiki.example"]);
    let at = |host: &str| format!("http://{host}:{}/", server.port);
    let error = refusal(&client, &at("docs.example")).await;
    assert!(matches!(error, EgressError::Host), "the redirect leaves the list: {error:?}");
    assert!(client.get(at("en.WIKI.example")).send().await.unwrap().is_success());
    for host in ["evil.example", "docs.example.evil.example", "wiki.example", "xwiki.example"] {
        assert!(matches!(refusal(&client, &at(host)).await, EgressError::Host), "{host}");
    }
}

#[tokio::test]
async fn redirects_are_followed_as_the_standard_says_and_credentials_stay_with_their_host() {
    let other = Server::new(vec![page("there")]);
    let server = Server::new(vec![redirect(303, &other.url("/x"))]);
    let client = EgressClient::new().allow_private_addresses();
    let response = client
        .post(server.url("/form"), "a=1")
        .header("authorization", "Bearer canary-7")
        .header("x-api-key", "canary-8")
        .header("accept-language", "pt")
        .send()
        .await
        .unwrap();
    assert_eq!((response.status(), response.url()), (200, other.url("/x").as_str()));
    assert_eq!(response.into_text().unwrap(), "there");
    assert!(server.asked()[0].starts_with("POST /form") && server.asked()[0].contains("canary-7"));
    let asked = &other.asked()[0];
    assert!(asked.starts_with("GET /x") && asked.contains("accept-language: pt"), "{asked}");
    assert!(!asked.contains("canary"), "{asked}");
}

#[tokio::test]
async fn a_ring_of_redirects_ends() {
    let server = Server::new((0..9).map(|_| redirect(302, "/again")).collect());
    let client = EgressClient::new().allow_private_addresses().max_redirects(3);
    let error = refusal(&client, &server.url("/")).await;
    assert!(matches!(error, EgressError::Redirects { count: 3 }), "{error:?}");
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let client = EgressClient::new().allow_private_addresses().timeout(Duration::from_millis(50));
    let error = refusal(&client, &url).await;
    assert!(matches!(error, EgressError::TimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn no_error_and_no_debug_shows_where_it_went() {
    let client = EgressClient::new().allow_private_addresses();
    let request = client.get("http://127.0.0.1:1/canary?canary").header("x-key", "canary");
    let shown = format!("{request:?} {client:?}");
    let error = request.send().await.unwrap_err();
    let mut shown = format!("{shown} {error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        write!(shown, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_line_end_in_a_header_sends_nothing() {
    let server = Server::new(vec![page("")]);
    let client = EgressClient::new().allow_private_addresses();
    let error = client.get(server.url("/")).header("x", "a\r\nb: c").send().await.unwrap_err();
    assert!(matches!(error, EgressError::Header), "{error:?}");
    assert!(server.asked().is_empty());
}

proptest! {
    #[test]
    fn any_text_is_an_error_and_no_panic_where_no_host_is_allowed(url in "(https?://)?[ -~]{0,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = EgressClient::new().hosts(Vec::<String>::new());
        prop_assert!(runtime.block_on(client.get(url).send()).is_err());
    }

    #[test]
    fn no_address_of_version_4_gets_through_inside_one_of_version_6(octets: [u8; 4]) {
        let [a, b, c, d] = octets;
        let of = |address: String| Forbidden::of(address.parse().unwrap());
        let plain = of(format!("{a}.{b}.{c}.{d}"));
        prop_assert_eq!(plain, of(format!("::ffff:{a}.{b}.{c}.{d}")));
        prop_assert_eq!(plain, of(format!("64:ff9b::{a}.{b}.{c}.{d}")));
        prop_assert_eq!(plain, of(format!("2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1")));
    }
}
