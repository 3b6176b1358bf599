//! A tiny provider on this machine that answers from a script, piece by piece, and then is gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::{env, fs, process};

use fastroai::Runtime;
use serde_json::{Value, json};

/// The key that no file may hold.
pub(crate) const KEY: &str = "sk-canary-0123456789abcdef";

/// One answer: status, content type, headers, and the pieces of the body.
pub(crate) struct Answer {
    status: u16,
    kind: &'static str,
    headers: String,
    pieces: Vec<String>,
}

impl Answer {
    pub(crate) fn json(value: &Value) -> Self {
        Self::new(200, "application/json", vec![value.to_string()])
    }

    pub(crate) fn events(pieces: Vec<String>) -> Self {
        Self::new(200, "text/event-stream", pieces)
    }

    pub(crate) fn new(status: u16, kind: &'static str, pieces: Vec<String>) -> Self {
        Self { status, kind, headers: String::new(), pieces }
    }

    pub(crate) fn header(mut self, header: &str) -> Self {
        self.headers += header;
        self.headers += "\r\n";
        self
    }
}

/// A server that answers each connection once, and is gone after the last.
pub(crate) struct Server {
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) fn new(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let serving = std::thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().expect("a connection");
                serve(&stream, &answer).expect("an exchange");
            }
        });
        Self { url, serving }
    }

    /// A runtime that reaches it with the key.
    pub(crate) fn runtime(&self) -> Runtime {
        Runtime::builder().base_url("openai", &self.url).key("openai", KEY).build()
    }

    /// Waits until everything was asked for, and the port is closed.
    pub(crate) fn gone(self) -> String {
        if !self.serving.is_finished() {
            // One that still waits for a request gets none, and says so.
            let _ =
                TcpStream::connect(self.url.trim_start_matches("http://").trim_end_matches("/v1"));
        }
        self.serving.join().expect("every answer was asked for");
        self.url
    }
}

fn serve(mut stream: &TcpStream, answer: &Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let begins = head.len();
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = head[begins..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    let Answer { status, kind, headers, pieces } = answer;
    write!(
        stream,
        "HTTP/1.1 {status} Scripted\r\ncontent-type: {kind}\r\n{headers}transfer-encoding: chunked\
         \r\nconnection: close\r\n\r\n"
    )?;
    for piece in pieces {
        write!(stream, "{:x}\r\n{piece}\r\n", piece.len())?;
        stream.flush()?;
    }
    write!(stream, "0\r\n\r\n")?;
    stream.flush()
}

fn whole(message: &Value, reason: &str) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    })
}

/// A reply that is a text.
pub(crate) fn text(text: &str) -> Value {
    whole(&json!({"role": "assistant", "content": text}), "stop")
}

/// A reply that calls a tool.
pub(crate) fn call(tool: &str, arguments: &Value) -> Value {
    let function = json!({"name": tool, "arguments": arguments.to_string()});
    let calls = json!([{"id": "call_a", "type": "function", "function": function}]);
    whole(&json!({"role": "assistant", "content": null, "tool_calls": calls}), "tool_calls")
}

/// The events of a streamed text, one for each piece.
pub(crate) fn events(pieces: &[&str]) -> Vec<String> {
    let event = |delta: Value, reason: Value| {
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": reason}]);
        let chunk =
            json!({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": choices});
        format!("data: {chunk}\n\n")
    };
    let texts = pieces.iter().map(|text| event(json!({"content": text}), Value::Null));
    let end = [event(json!({}), json!("stop")), "data: [DONE]\n\n".to_owned()];
    texts.chain(end).collect()
}

/// A folder of its own that goes away.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("fastroai-kit-{}-{name}", process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("cassettes/trip.json")
    }

    pub(crate) fn read(&self) -> String {
        fs::read_to_string(self.file()).expect("a cassette")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
