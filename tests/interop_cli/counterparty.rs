//! A receiver made by `openssl` at test time: a root, leaves under it, and the file that AWS would print.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The token in every file made here.
pub(crate) const TOKEN: &str = "import-token-bwxli6ocftypneu5";

/// When a certificate is valid.
#[derive(Clone, Copy)]
pub(crate) enum Validity {
    /// Around now.
    Now,
    /// Until yesterday.
    Over,
    /// From tomorrow.
    NotYet,
}

/// A certificate and its private key, both PEM.
pub(crate) struct Pair {
    pub(crate) key: PathBuf,
    pub(crate) certificate: PathBuf,
}

/// A certificate authority.
pub(crate) struct Authority {
    pub(crate) key: PathBuf,
    pub(crate) certificate: PathBuf,
}

fn openssl(room: &Path, args: &[&str]) {
    let output = Command::new("openssl")
        .args(args)
        .current_dir(room)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "openssl {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn date(format: &str, when: &str) -> String {
    let output = Command::new("date")
        .args(["-u", "-d", when, format])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The present, for `--clock`: certificates are judged at the vault's time.
pub(crate) fn now() -> String {
    date("+%Y-%m-%dT%H:%M:%SZ", "now")
}

impl Authority {
    pub(crate) fn new(room: &Path, name: &str, bits: u32) -> Self {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.crt"));
        openssl(
            room,
            &[
                "req",
                "-x509",
                "-newkey",
                &format!("rsa:{bits}"),
                "-nodes",
                "-sha256",
                "-days",
                "30",
                "-keyout",
                &key,
                "-out",
                &certificate,
                "-subj",
                &format!("/O=Test receiver/CN={name}"),
                "-addext",
                "basicConstraints=critical,CA:TRUE",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ],
        );
        Self {
            key: room.join(key),
            certificate: room.join(certificate),
        }
    }

    /// A leaf that may wrap keys. `openssl ca` is the one command that takes dates.
    pub(crate) fn issue(&self, room: &Path, name: &str, bits: u32, validity: Validity) -> Pair {
        let folder = room.join(format!("ca-{name}"));
        std::fs::create_dir(&folder).unwrap();
        for (file, text) in [("index.txt", ""), ("serial", "01\n")] {
            std::fs::write(folder.join(file), text).unwrap();
        }
        let config = folder.join("ca.cnf");
        std::fs::write(
            &config,
            format!(
                "[ca]\ndefault_ca=x\n[x]\ndatabase={d}/index.txt\nnew_certs_dir={d}\nserial={d}/serial\n\
                 default_md=sha256\npolicy=any\nrand_serial=yes\nunique_subject=no\nx509_extensions=leaf\n\
                 [any]\norganizationName=optional\ncommonName=supplied\n\
                 [leaf]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyEncipherment\n",
                d = folder.display()
            ),
        )
        .unwrap();
        let (key, request, certificate) = (
            format!("{name}.key"),
            format!("{name}.csr"),
            format!("{name}.crt"),
        );
        openssl(
            room,
            &[
                "req",
                "-new",
                "-newkey",
                &format!("rsa:{bits}"),
                "-nodes",
                "-keyout",
                &key,
                "-out",
                &request,
                "-subj",
                &format!("/O=Test receiver/CN={name}"),
            ],
        );
        let (from, to) = match validity {
            Validity::Now => ("1 day ago", "20 days"),
            Validity::Over => ("20 days ago", "1 day ago"),
            Validity::NotYet => ("1 day", "20 days"),
        };
        let stamp = |when| date("+%Y%m%d%H%M%SZ", when);
        openssl(
            room,
            &[
                "ca",
                "-batch",
                "-notext",
                "-config",
                &config.display().to_string(),
                "-cert",
                &self.certificate.display().to_string(),
                "-keyfile",
                &self.key.display().to_string(),
                "-in",
                &request,
                "-out",
                &certificate,
                "-startdate",
                &stamp(from),
                "-enddate",
                &stamp(to),
            ],
        );
        Pair {
            key: room.join(key),
            certificate: room.join(certificate),
        }
    }
}

/// What `aws payment-cryptography get-parameters-for-import` would print.
pub(crate) fn parameters(leaf: &Pair, root: &Authority, algorithm: &str) -> String {
    let base64 = |path: &Path| data_encoding::BASE64.encode(&std::fs::read(path).unwrap());
    serde_json::json!({
        "WrappingKeyCertificate": base64(&leaf.certificate),
        "WrappingKeyCertificateChain": base64(&root.certificate),
        "WrappingKeyAlgorithm": algorithm,
        "ImportToken": TOKEN,
        "ParametersValidUntilTimestamp": date("+%Y-%m-%dT%H:%M:%S.000000+00:00", "7 days"),
    })
    .to_string()
}

/// A conversation with `call --batch`.
pub(crate) struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Talk {
    pub(crate) fn with(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stdin: child.stdin.take(),
            stdout: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// Says a line and waits for its answer.
    pub(crate) fn say(&mut self, line: &str) -> String {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.stdout.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}
