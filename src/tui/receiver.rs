//! What a receiver's file is: read once by the desk, said line by line as `ok`, `note` or `STOP`.

use std::path::PathBuf;
use std::sync::Arc;

use super::acts::of_this_file;
use super::theme::Role;
use crate::api::{KeyAlgorithm, Timestamp};
use crate::pki::{Certificate, ImportParameters};
use crate::session::{ExportView, Refusal, Session, View};
use crate::text::{say, tr};

/// How a line of a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ok,
    Note,
    Stop,
}

impl Verdict {
    /// The word on screen.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Stop => "STOP",
        }
    }

    /// Its role, which only repeats the word.
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Ok => Role::Ok,
            Self::Note => Role::Note,
            Self::Stop => Role::Stop,
        }
    }
}

/// What `aws payment-cryptography get-parameters-for-import` printed, in words.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    /// Where it was read.
    pub(crate) path: PathBuf,
    /// Its bytes: what was looked at is what is used.
    pub(crate) bytes: Arc<Vec<u8>>,
    /// The receiver's certificate.
    pub(crate) subject: String,
    /// The kind of key to wrap under.
    pub(crate) algorithm: KeyAlgorithm,
    /// When the certificate ends.
    pub(crate) not_after: Timestamp,
    /// The root above it.
    pub(crate) root: Certificate,
    /// The imported key that is that root (or the issuer directly above the receiver), by ARN.
    pub(crate) trusted: Option<String>,
    /// The checks.
    pub(crate) findings: Vec<(Verdict, String)>,
}

impl Receiver {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// It is no parameters file; the sentence says what it is missing.
    pub(crate) fn read(
        session: &Session,
        path: PathBuf,
        bytes: Arc<Vec<u8>>,
    ) -> Result<Self, Refusal> {
        let parameters = session.their_parameters(&bytes).map_err(of_this_file)?;
        let view = session.view();
        let issuer = parameters.chain.first().unwrap_or(parameters.root());
        let trusted = imported(session, &view, issuer);
        let mut findings = findings(session, &parameters, trusted.is_some(), view.now);
        if trusted.is_none() {
            let off = not_believed(session, &view, issuer);
            findings.extend(off.map(|why| (Verdict::Stop, why)));
        }
        let certificate = &parameters.wrapping_certificate;
        Ok(Self {
            path,
            subject: certificate.subject(),
            algorithm: parameters.wrapping_key_algorithm,
            not_after: certificate.not_after(),
            root: parameters.root().clone(),
            trusted,
            findings,
            bytes,
        })
    }

    /// Whether a check said STOP.
    pub(crate) fn stops(&self) -> bool {
        self.findings
            .iter()
            .any(|(verdict, _)| *verdict == Verdict::Stop)
    }
}

/// The imported key that holds exactly this certificate and has not been deleted.
fn imported(session: &Session, view: &View, certificate: &Certificate) -> Option<String> {
    let rows = view.keys.iter();
    rows.filter(|row| row.subject.is_some() && row.key.enabled)
        .find(|row| holds(session, &row.key.key_arn, certificate))
        .map(|row| row.key.key_arn.clone())
}

fn holds(session: &Session, arn: &str, certificate: &Certificate) -> bool {
    let record = session.record(arn);
    record.and_then(|r| r.material.certificate_der()) == Some(certificate.der())
}

/// That this certificate is here and not believed now, and what lifts that: whoever disabled it had a reason, and importing it
/// once more would go round that.
fn not_believed(session: &Session, view: &View, certificate: &Certificate) -> Option<String> {
    let roots = view.counterparties.iter();
    let mut here = roots.filter(|root| holds(session, &root.arn, certificate));
    here.find_map(|root| root.standing.off(&root.label))
}

/// Keys that went out under this very token: a receiver takes every file that comes while it is good, so a second one
/// makes a second key there.
fn went_before(exports: &[ExportView], parameters: &ImportParameters) -> Vec<(Verdict, String)> {
    let receiver = parameters.wrapping_certificate.subject();
    let under = |export: &&ExportView| {
        export.receiver == receiver && export.valid_until == Some(parameters.valid_until)
    };
    let told = exports.iter().filter(under).map(|export| {
        let words = say!(
            "{label} went out under this token already, at {clock} ({file}). The receiver takes every file while the \
             token is good: the same key again would be there twice",
            label = export.label,
            clock = super::frame::clock(export.at),
            file = export.file
        );
        (Verdict::Note, words)
    });
    told.collect()
}

fn findings(
    session: &Session,
    parameters: &ImportParameters,
    trusted: bool,
    now: Timestamp,
) -> Vec<(Verdict, String)> {
    let mut lines = Vec::new();
    match parameters.verify(now) {
        Ok(()) => {
            let above = match parameters.chain.len() {
                1 => tr("signed by the root in the file").to_owned(),
                n => say!("chain of {n} certificates up to the root in the file", n),
            };
            lines.push((
                Verdict::Ok,
                say!("certificate {above}, all in their time", above),
            ));
        }
        Err(error) => lines.push((Verdict::Stop, error.to_string())),
    }
    lines.push((
        Verdict::Ok,
        say!(
            "token, good until {clock}",
            clock = super::frame::clock(parameters.valid_until)
        ),
    ));
    lines.extend(went_before(&session.view().exports, parameters));
    if parameters.chain.len() > 1 && !trusted {
        lines.push((
            Verdict::Stop,
            tr("another certificate stands between receiver and root. Import the root, then that certificate \
             (import-key.trusted-certificate), then come back")
                .into(),
        ));
    }
    if session.profile() != crate::session::Profile::Production
        && parameters.wrapping_certificate.profile_mark().is_none()
    {
        lines.push((
            Verdict::Note,
            say!(
                "this receiver knows nothing of your {session}: it will accept what you send",
                session = session.profile().name()
            ),
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::build::{self, Answers};
    use crate::session::op;
    use crate::tui::room::{acted, practice_session};

    fn texts(pairs: &[(&str, &str)]) -> Answers {
        let mut answers = Answers::default();
        for (id, text) in pairs {
            answers.texts.insert((*id).into(), (*text).into());
        }
        answers
    }

    /// The wizard said that it did not know the root, and led to importing once more what people had disabled.
    #[test]
    fn a_receiver_under_a_root_that_is_out_of_use_stops_the_export() {
        let bytes: &[u8] =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
        let mut session = practice_session(true);
        let mut root = texts(&[
            ("fingerprint", "as-shown"),
            ("source", "here"),
            ("label", "aws-root"),
        ]);
        root.files.insert("file".into(), bytes.to_vec());
        let read = |session: &Session| {
            let bytes = Arc::new(bytes.to_vec());
            Receiver::read(session, "p.json".into(), bytes)
                .ok()
                .unwrap()
        };
        assert!(
            !read(&session).stops(),
            "a root that never came is imported"
        );
        let import = build::action(&session, op::IMPORT_ROOT.name, &root).unwrap();
        acted(&mut session, import);
        assert!(read(&session).trusted.is_some());
        let stop = texts(&[("key", "aws-root")]);
        let stop = build::action(&session, op::STOP_KEY_USAGE.name, &stop).unwrap();
        acted(&mut session, stop);
        let receiver = read(&session);
        assert!(receiver.trusted.is_none() && receiver.stops());
        let why = "the root aws-root is disabled: enable it first";
        assert!(receiver.findings.iter().any(|(_, told)| told == why));
    }

    /// The export wizard showed AWS's commands for a file of another keymoot, and the import its owner's way.
    #[test]
    fn a_partners_root_has_one_way_to_its_fingerprint_whichever_page_led_there() {
        use crate::session::handover;
        use crate::tui::screens::root::{RootFile, fetched_by};
        let mut partner = practice_session(true);
        let asked = texts(&[
            ("form", "KEY_CRYPTOGRAM"),
            ("algorithm", "RSA_3072"),
            ("output", "ours.json"),
        ]);
        let action = build::action(&partner, "get-parameters-for-import", &asked).unwrap();
        let executed = partner.act(action.clone(), None, None).unwrap();
        let theirs = handover::of(&partner, &action, &executed).unwrap().request;
        let aws: &[u8] =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
        let session = crate::tui::screens::tests::full_session();
        for (bytes, fetches) in [(theirs, false), (aws.to_vec(), true)] {
            let read = Receiver::read(&session, "p.json".into(), Arc::new(bytes.clone()));
            let root = RootFile::from(&read.ok().unwrap());
            assert_eq!(root.commands, fetched_by(&bytes));
            assert_eq!(!root.commands.is_empty(), fetches);
        }
    }
}
