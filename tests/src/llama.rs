//! A real inference server, llama.cpp, with a tiny model whose answers are known.

use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use crate::program::Program;
use crate::{install, python};

const REQUIREMENTS: [&str; 3] = ["xllamacpp==2026.10.11549", "gguf==0.19.0", "numpy>=2,<3"];

/// Runs the server's script and ends when standard input does.
const UNTIL_STDIN_ENDS: &str = r#"
import os, runpy, sys, threading
def watch():
    sys.stdin.buffer.read()
    try: os.unlink(sys.argv[-3])
    except OSError: pass
    os._exit(0)
sys.argv = sys.argv[1:]
threading.Thread(target=watch, daemon=True).start()
runpy.run_path(sys.argv[0], run_name="__main__")
"#;

/// Which model a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TinyModel {
    /// It answers one sentence, after one call of a tool where tools are on offer.
    Plain,
    /// As [`Plain`](Self::Plain), and it thinks before it answers.
    Thinking,
}

/// A running server on a loopback port, ended when dropped.
#[derive(Debug)]
pub struct Server(Program);

impl Server {
    /// The server of this test process, started on first use and kept until the process ends.
    ///
    /// # Errors
    /// As [`start`](Self::start); a start that failed is not repeated.
    pub fn of_process(model: TinyModel, shared: &Path) -> Result<&'static Self, String> {
        static PLAIN: OnceLock<Result<Server, String>> = OnceLock::new();
        static THINKING: OnceLock<Result<Server, String>> = OnceLock::new();
        let server = match model {
            TinyModel::Plain => &PLAIN,
            TinyModel::Thinking => &THINKING,
        };
        server.get_or_init(|| Self::start(model, shared)).as_ref().map_err(Clone::clone)
    }

    /// Starts a server and waits until it is healthy.
    ///
    /// # Errors
    /// Where its Python environment cannot be made, or the server does not start.
    pub fn start(model: TinyModel, shared: &Path) -> Result<Self, String> {
        let python = python::environment("llama", &REQUIREMENTS)?;
        let script = shared.join("servers/tiny_model.py");
        let folder = install::folder(python::HOME)?;
        let program = Program::start(&folder, "/health", |port| {
            let mut command = Command::new(&python);
            command.args(["-c", UNTIL_STDIN_ENDS]).arg(&script);
            if model == TinyModel::Thinking {
                command.arg("--think");
            }
            command.arg(folder.join(format!("tiny-{port}.gguf")));
            command.args(["--serve", &port.to_string()]);
            Ok(command)
        })?;
        Ok(Self(program))
    }
}

impl Deref for Server {
    type Target = Program;
    fn deref(&self) -> &Program {
        &self.0
    }
}
