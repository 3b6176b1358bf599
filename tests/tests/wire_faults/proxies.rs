//! Proxies of the environment. They are read once in a process, so that each case has its own.

use std::io::Read;
use std::net::TcpListener;
use std::process::Command;

use fastroai_providers::Connection;
use fastroai_providers::error::ModelErrorKind;

use crate::ask::{OPENAI, ask, model};

/// The name under which the suite calls itself.
const CASE: &str = "FASTROAI_TEST_PROXY";
const TEST: &str = "proxies::s6_a_proxy_of_the_environment_is_used_only_where_it_was_asked_for";

#[tokio::test]
async fn s6_a_proxy_of_the_environment_is_used_only_where_it_was_asked_for() {
    if let Ok(case) = std::env::var(CASE) {
        return ask_through(case == "asked").await;
    }
    for asked in [false, true] {
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        let case = if asked { "asked" } else { "not asked" };
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", TEST]).env(CASE, case).env_remove("NO_PROXY").env_remove("no_proxy");
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"] {
            child.env(name, &address);
        }
        let mut child = child.spawn().unwrap();
        let seen = std::thread::spawn(move || {
            proxy.set_nonblocking(false).unwrap();
            let (mut connection, _) = proxy.accept().unwrap();
            let mut head = [0; 7];
            connection.read_exact(&mut head).unwrap();
            head
        });
        assert!(child.wait().unwrap().success(), "{case}");
        if asked {
            assert_eq!(&seen.join().unwrap(), b"CONNECT");
        } else {
            assert!(!seen.is_finished(), "the proxy was used");
        }
    }
}

/// In the child: a name that nobody has, so that only a proxy could be reached.
async fn ask_through(proxy: bool) {
    let connection = Connection::new()
        .environment(|_| None)
        .key("openai", "sk-1")
        .base_url("openai", "https://api.no-such-name.invalid/v1");
    let connection = if proxy { connection.environment_proxy() } else { connection };
    let error = ask(&*model(OPENAI, &connection)).await.unwrap_err();
    assert!(matches!(error.kind(), ModelErrorKind::Transport { .. }), "{error}");
}
