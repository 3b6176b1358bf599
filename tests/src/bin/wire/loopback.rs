//! A server on this machine that answers with what was recorded.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What is answered to one request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Each arrives by itself.
    pub(crate) pieces: Vec<Vec<u8>>,
}

/// What was asked.
pub(crate) struct Asked {
    /// Below the base URL, without a leading slash.
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// The server; it ends with its runtime.
#[derive(Clone)]
pub(crate) struct Loopback {
    port: u16,
    exchanges: Arc<Mutex<Exchanges>>,
}

#[derive(Default)]
struct Exchanges {
    next: u64,
    answers: HashMap<u64, Answer>,
    asked: HashMap<u64, Vec<Asked>>,
}

impl Loopback {
    /// Starts it on a free port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let server = Self { port, exchanges: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                // A client that hangs up mid-way shows on its own side.
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        Ok(server)
    }

    /// Keeps an answer ready, once: its number, and the base URL to ask for it.
    pub(crate) fn offer(&self, answer: Answer) -> (u64, String) {
        self.with(|exchanges| {
            exchanges.next += 1;
            let number = exchanges.next;
            exchanges.answers.insert(number, answer);
            (number, format!("http://127.0.0.1:{}/{number}", self.port))
        })
    }

    /// All that was asked under a number.
    pub(crate) fn asked(&self, number: u64) -> Vec<Asked> {
        self.with(|exchanges| exchanges.asked.remove(&number).unwrap_or_default())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Exchanges) -> T) -> T {
        change(&mut self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers one request after the other, as long as the connection stays open.
    async fn serve(self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some((number, asked)) = read_request(&mut stream).await? {
            let answer = self.with(|exchanges| {
                exchanges.asked.entry(number).or_default().push(asked);
                exchanges.answers.remove(&number)
            });
            // Asked twice, or for nothing that was offered.
            let answer =
                answer.unwrap_or(Answer { status: 410, headers: Vec::new(), pieces: Vec::new() });
            write_answer(stream.get_mut(), answer).await?;
        }
        Ok(())
    }
}

/// One request, and the number that its path begins with; `None` when the client is done.
async fn read_request(stream: &mut BufReader<TcpStream>) -> io::Result<Option<(u64, Asked)>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let wrong = || io::Error::other("no request that is served here");
    let path = line.strip_prefix("POST /").and_then(|rest| rest.split(' ').next());
    let (number, path) = path.and_then(|path| path.split_once('/')).ok_or_else(wrong)?;
    let number = number.parse().map_err(|_| wrong())?;
    let path = path.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.ok_or_else(wrong)?];
    stream.read_exact(&mut body).await?;
    Ok(Some((number, Asked { path, headers, body })))
}

/// Each piece is a chunk of its own, so that it reaches the reader by itself however the system
/// joins what is written.
async fn write_answer(stream: &mut TcpStream, answer: Answer) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Recorded\r\ntransfer-encoding: chunked\r\n", answer.status);
    for (name, value) in &answer.headers {
        if !OF_THE_CONNECTION.contains(&name.as_str()) {
            head.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
    }
    stream.write_all((head + "\r\n").as_bytes()).await?;
    for piece in answer.pieces.iter().filter(|piece| !piece.is_empty()) {
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(piece);
        chunk.extend_from_slice(b"\r\n");
        stream.write_all(&chunk).await?;
    }
    stream.write_all(b"0\r\n\r\n").await
}

/// What a recorded reply says about its own connection; recorded bodies are never compressed.
const OF_THE_CONNECTION: [&str; 5] =
    ["transfer-encoding", "content-length", "content-encoding", "connection", "keep-alive"];
