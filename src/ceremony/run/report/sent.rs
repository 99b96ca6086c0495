//! How keys left in a run, step by step.

use crate::session::{StepRecord, handing_out, in_groups, op, op_components, op_exchange};

use super::super::super::model::Doing;
use super::super::effect;
use super::Material;

/// One way in which a key left.
pub(super) struct Sent {
    /// In what form.
    pub(super) how: String,
    /// To whom, where the step says so.
    pub(super) to: String,
    /// Under which key.
    pub(super) under: String,
}

/// Every way in which a key left.
pub(super) fn all(from: &Material<'_>, id: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    for (step, _) in from.pairs().filter(|(_, record)| record.digest.is_some()) {
        let exports = |doing: &Doing<'_>| exports(doing) && doing.field("key") == Some(id);
        for doing in step.doings().into_iter().filter(exports) {
            all.push(one(from, &doing));
        }
    }
    all
}

/// Whether an act lets a key out.
pub(super) fn exports(doing: &Doing<'_>) -> bool {
    doing.op.name.starts_with("export-key.")
}

fn one(from: &Material<'_>, doing: &Doing<'_>) -> Sent {
    let file = doing.field("output").unwrap_or("no file");
    let file = handing_out::marked_file_name(file, from.view.profile);
    let wrap = doing.field("wrap").map(|id| from.label(id));
    let (how, under) = match doing.op.name {
        name if name == op_exchange::EXPORT_TR31.name => {
            let what = match doing.field("serial") {
                Some(serial) => format!(
                    "initial key of terminal {}, TR-31 key block",
                    in_groups(serial)
                ),
                None => "TR-31 key block".to_owned(),
            };
            (format!("{what}, in {file}"), wrap.unwrap_or_default())
        }
        name if name == op_exchange::EXPORT_TR34.name => {
            (format!("TR-34 token, in {file}"), certificate(from))
        }
        name if name == op::EXPORT_RSA_WRAP.name => {
            (format!("RSA wrap, OAEP, in {file}"), certificate(from))
        }
        name if name == op_components::EXPORT_COMPONENTS.name => {
            let parts = doing
                .field("key")
                .and_then(|id| from.model.key(id)?.components);
            let parts =
                parts.map_or_else(|| "components".to_owned(), |n| format!("{n} components"));
            let under = "no key: each component alone says nothing about it".to_owned();
            (format!("{parts}, each on paper for one custodian"), under)
        }
        other => (format!("{other}, in {file}"), wrap.unwrap_or_default()),
    };
    Sent {
        how,
        to: doing.field("receiver").unwrap_or_default().to_owned(),
        under,
    }
}

/// The check value of what left, which is not the key's own where an initial key was derived of it, and its method.
pub(super) fn check_value(record: &StepRecord, number: usize) -> Option<(String, String)> {
    effect::left_with(record, number)
}

fn certificate(from: &Material<'_>) -> String {
    let leaf = super::counterparties::leaf(from);
    leaf.and_then(|leaf| Some(format!("its {} certificate", leaf.key_algorithm()?.name())))
        .unwrap_or_default()
}
