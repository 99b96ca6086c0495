//! Runs the real binary in a folder of its own, without a terminal.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder to work in, gone afterwards.
pub(crate) struct Room(tempfile::TempDir);

/// What a run left.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(name))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// A command line split at spaces, run in this room; the workstation's memory stays in the room too.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keymoot"));
        command
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .env("XDG_STATE_HOME", self.path("state"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        Ran::from(self.command(line).output().unwrap())
    }

    /// Runs with arguments that a line cannot hold.
    pub(crate) fn also(&self, line: &str, args: &[&str]) -> Ran {
        Ran::from(self.command(line).args(args).output().unwrap())
    }

    /// Runs with bytes on standard input.
    pub(crate) fn feed(&self, line: &str, input: impl AsRef<[u8]> + Send + 'static) -> Ran {
        use std::io::Write;
        let mut child = self
            .command(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A thread, so that answers are read while lines are still written.
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_ref());
        });
        let ran = Ran::from(child.wait_with_output().unwrap());
        writer.join().unwrap();
        ran
    }

    /// Runs, expects 0, and gives stdout.
    pub(crate) fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status, 0, "{line}\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs, expects 0, and reads stdout as one JSON value.
    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.ok(line)).unwrap()
    }

    /// A test vault `t.vault` with its people in `people.json`.
    pub(crate) fn test_vault(&self) {
        self.ok("init t.vault --profile test --quorum 2/3 --unlock-file people.json");
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Expects a status, nothing on stdout, and words on stderr.
    pub(crate) fn refused(&self, status: i32, words: &str) {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        assert!(
            self.err.contains(words),
            "wanted {words:?} in: {}",
            self.err
        );
        assert_eq!(self.out, "");
    }
}

/// A file of the repository.
pub(crate) fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// `CreateKey` for a KEK of this algorithm.
pub(crate) fn kek(algorithm: &str) -> Value {
    serde_json::json!({
        "KeyAttributes": {
            "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": algorithm,
            "KeyModesOfUse": {"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true},
        },
        "Exportable": true,
    })
}
