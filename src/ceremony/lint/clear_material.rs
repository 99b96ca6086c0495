//! L06: no clear key material in a script for production.

use crate::session::{Profile, op_components};

use super::super::model::Model;
use super::super::ops_components as ops;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L06",
    title: "clear key material in production",
    explain: "\
Where keys protect other people's money, no clear key or component belongs in the memory of a general-purpose \
computer (PCI PIN 6-2): components are combined in a secure cryptographic device, and the key comes in wrapped. A \
production vault takes them only where its policy allows software generation, and every report says so.

A warning, because a script cannot know the vault's policy; the run refuses where the policy does not allow it. \
Remove production from `profiles`, or let the key come in by TR-31, TR-34 or RSA wrap.",
    check: clear,
};

fn clear(model: &Model, report: &mut Report) {
    if !model.profiles.contains(&Profile::Production) {
        return;
    }
    let acts = [
        op_components::IMPORT_COMPONENTS.name,
        op_components::EXPORT_COMPONENTS.name,
    ];
    for step in &model.steps {
        if ops::is_turn(step.op) || acts.contains(&step.op.name) {
            report.warning(
                &step.place.member("op"),
                Some(step),
                format!(
                    "`{}` has clear components on this computer, and the script is for production too: a vault whose \
                     policy does not allow software generation refuses it. Remove production from `profiles`, \
                     unless the policy of yours allows it.",
                    step.op.name
                ),
            );
        }
    }
}
