//! Why an act cannot be asked for in a vault as it is now: judged once, for the lists of the screens, their palette and the
//! menu of the lines.

use crate::session::above::ROOT;
use crate::session::asked::is_place;
use crate::session::field::{Field, Kind};
use crate::session::happened;
use crate::session::op::{self, Op};
use crate::session::view::{KeyRow, View};
use crate::text::{say, tr};

use super::Missing;
use super::which_key::{missing, some_fits};

/// Why an act cannot be asked for in this vault as it is now, as far as its fields tell, and what brings what is missing;
/// about `key`, where one was chosen before.
pub fn off(op: &Op, view: &View, key: Option<&KeyRow>) -> Option<Missing> {
    if let Some(reason) = happened::act_off(op, view) {
        return Some(Missing::new(reason, None));
    }
    if op.name == op::CREATE_KEY.name
        && let Some(reason) = view.no_software_keys()
    {
        return Some(Missing::new(reason, None));
    }
    let none = || none_fits(op, view, key).map(|why| Missing::new(why, None));
    missing(op, view, key).or_else(none)
}

/// Why none of the keys here is one for a field of the act.
fn none_fits(op: &Op, view: &View, key: Option<&KeyRow>) -> Option<String> {
    let needed = |f: &&Field| {
        let chosen = key.is_some() && f.id == op::KEY.id;
        // Which root a receiver stands under is in the file that is asked for first.
        let later = f.id == ROOT && op.name == op::EXPORT_RSA_WRAP.name;
        f.kind == Kind::Key && !f.optional && !is_place(f) && !chosen && !later
    };
    let mut needed = op.fields.iter().filter(needed);
    let Some((row, why)) = needed.find_map(|f| some_fits(view, op, f.id).err())? else {
        return Some(tr("no key is in this vault yet").to_owned());
    };
    let first = &row.label;
    Some(match view.keys.len() {
        1 => say!("{first}: {why}", first, why),
        _ => say!(
            "none of the keys here can be taken, such as {first}: {why}",
            first,
            why
        ),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::off;
    use crate::session::op::{self, OPS};
    use crate::session::op_exchange::{
        EXPORT_IPEK, EXPORT_TR31, IMPORT_RSA_WRAP, IMPORT_TR31, IMPORT_TR34, PARAMETERS_FOR_IMPORT,
    };
    use crate::session::op_suspect::SUSPECT;
    use crate::session::tests::{act, practice};
    use crate::session::{TokenView, View};

    fn with_keys(keys: &[(&str, &str)]) -> View {
        let (_, mut session) = practice(true);
        for (label, usage) in keys {
            let modes = match *usage {
                "K0" => "encrypt, decrypt, wrap, unwrap",
                "B0" => "derive-key",
                _ => "encrypt, wrap",
            };
            let fields = [
                ("usage", *usage),
                ("algorithm", "AES_128"),
                ("modes", modes),
                ("exportable", "yes"),
                ("label", label),
            ];
            act(&mut session, "create-key", &fields, &[]).unwrap();
        }
        session.view()
    }

    fn given_out(view: &mut View, material: &'static str) {
        let mut tokens = view.tokens.as_ref().clone();
        tokens.push(TokenView {
            name: format!("import-token-{}", material.to_lowercase()),
            comes_in: true,
            material,
            algorithm: "RSA_3072",
            given: view.now,
            until: view.now.plus_millis(86_400_000),
            root: None,
            certificate: None,
            file: String::new(),
            sha256: None,
            used: Vec::new(),
        });
        view.tokens = Arc::new(tokens);
    }

    /// A vault in the states in which one act or another cannot be asked for.
    pub(crate) fn views() -> Vec<(&'static str, View)> {
        let empty = with_keys(&[]);
        let mut certificates = empty.clone();
        for material in ["KEY_CRYPTOGRAM", "TR34_KEY_BLOCK"] {
            given_out(&mut certificates, material);
        }
        let keys = with_keys(&[("kek", "K0"), ("zmk", "K0"), ("bdk", "B0"), ("pek", "P0")]);
        let mut disabled = keys.clone();
        for row in Arc::make_mut(&mut disabled.keys) {
            row.key.enabled = false;
        }
        let mut recovered = keys.clone();
        recovered.by_recovery = true;
        let mut no_software = empty.clone();
        no_software.software_generation = false;
        vec![
            ("an empty vault", empty),
            ("a vault with certificates out", certificates),
            ("a vault with keys", keys),
            ("a vault whose keys are disabled", disabled),
            ("a vault with one key", with_keys(&[("pek", "P0")])),
            ("a vault that its recovery set opened", recovered),
            ("a vault that makes no key", no_software),
        ]
    }

    #[test]
    fn what_a_vault_lacks_keeps_an_act_from_being_asked_for() {
        let why = |name: &str, op: &op::Op| {
            let views = views();
            let (_, view) = views.iter().find(|(known, _)| *known == name).unwrap();
            off(op, view, None).map(|off| (off.why, off.first))
        };
        for op in [&IMPORT_RSA_WRAP, &IMPORT_TR34] {
            let (reason, first) = why("an empty vault", op).unwrap();
            assert!(
                reason.contains("no certificate of this vault is out"),
                "{reason}"
            );
            assert_eq!(first, Some(PARAMETERS_FOR_IMPORT.name));
            assert_eq!(why("a vault with keys", op).unwrap().1, first);
        }
        assert!(why("a vault with certificates out", &IMPORT_RSA_WRAP).is_none());
        for op in [&IMPORT_TR31, &EXPORT_TR31, &EXPORT_IPEK, &SUSPECT] {
            assert!(why("a vault with keys", op).is_none(), "{}", op.title);
            assert!(why("an empty vault", op).is_some(), "{}", op.title);
        }
        let (reason, _) = why("a vault with one key", &op::START_KEY_USAGE).unwrap();
        assert_eq!(reason, "pek: it is enabled already");
        let (reason, _) = why("a vault whose keys are disabled", &op::STOP_KEY_USAGE).unwrap();
        assert!(
            reason.starts_with("none of the keys here can be taken, such as "),
            "{reason}"
        );
        let left = |op: &&op::Op| why("a vault that its recovery set opened", op).is_none();
        let names: Vec<&str> = OPS.iter().filter(left).map(|op| op.name).collect();
        assert_eq!(
            names,
            [
                "vault.rotate",
                "vault.replace",
                "vault.restore",
                "vault.clock-back"
            ]
        );
    }
}
