//! What stands under the line that the cursor is on.

use super::{Due, Goes, Whom};
use crate::text::tr;

impl Due {
    /// What it means, and what can be done about it, in a sentence or two.
    pub fn explained(&self) -> &str {
        if let Goes::Appoint(Whom { why: Some(why), .. }) = &self.goes {
            return why;
        }
        match self.kind {
            "approve" => tr(
                "It was asked for and is not done. Custodians sign it, each alone at this screen; the last signature does it. F4 there takes it off the table.",
            ),
            "STOP" => tr(
                "The receiver's answer names another key than the one sent. Nobody uses it there or here until it is known which of the two is wrong.",
            ),
            "returned" => tr(
                "This vault was returned to a copy: envelopes and words of the lost one open it too. The ceremony proves who holds what and makes everything new; this line ends with its rotation, or another one.",
            ),
            "suspect" => tr(
                "A suspect key is used no more. Whoever holds it is told and gets another; then it is deleted here, or cleared at Custodians once it was looked into and is sound.",
            ),
            "disabled" => tr(
                "The return to a copy disabled it: nobody knew whether it was still to be used. Enter asks for the act that enables it; one that is no longer wanted is deleted at its page (D). Nothing uses it before.",
            ),
            "compare" => tr(
                "It came in, and what its sender gives by telephone, letter or paper shows that it is theirs. Ours is hidden until that is typed, or was shown uncompared. Where it differs nobody uses the key.",
            ),
            "clock" => tr(
                "Deletions run by the vault's clock, and nobody has vouched for it: two people read their own watches.",
            ),
            "ceremony" => tr(
                "A run stands open: it was left for now, or cut off. What was done in it is saved; it goes on at the step where it stood. If it was stopped for good, only the signatures under its record are left.",
            ),
            "deletion" => tr(
                "The key is unusable now and can be restored until then. After that its material is destroyed, and nobody can bring it back.",
            ),
            "file" => tr(
                "What was made for the other side is done and recorded, but lies on no medium. The vault keeps it: it is written from Exchange, and nobody signs again.",
            ),
            "receipt" => tr(
                "It left, in a file or on papers; whether the same key arrived, only the receiver's answer says (what import-key or get-key printed). Exchange reads it.",
            ),
            "token" => tr(
                "A certificate that was handed over ends by itself then. Nothing is lost; whoever still needs one asks for another.",
            ),
            kind => of_custody(kind),
        }
    }
}

/// The same of the vault itself: who holds it, under which rules, and where else it lies.
fn of_custody(kind: &str) -> &'static str {
    match kind {
        "copy" => tr(
            "If this medium breaks, what is not in a copy is gone. A copy opens only with its custodians' envelopes.",
        ),
        "recovery" => tr(
            "Where all must come, one who is lost closes the vault for good. A recovery set lets other people open it.",
        ),
        "spent" => tr(
            "Its holders opened this vault, and words that opened it once are known. Nothing else is done here before a rotation makes everything new; that ends the set.",
        ),
        "ended" => tr(
            "A rotation drew new identities, and the holders' envelopes open nothing of them. Until another set is made, only the custodians open this vault.",
        ),
        "policy" => tr(
            "People have signed other rules. Those of before count until this vault is closed; the next opening shows old beside new, and then the new ones count.",
        ),
        "cut" => tr(
            "Holders had words and perhaps envelopes of a recovery set that never came into force. Each such envelope holds a share of this vault's identities: destroy them in front of the witness. One that cannot be found is reason to rotate, and only a rotation ends this line.",
        ),
        "change" => tr(
            "People had new words, perhaps new envelopes, and the change was cut off before it counted: the words and envelopes of before open the vault. Begin it anew at Custodians; until one is finished this line stays. The words and envelopes of the one that was cut open nothing: destroy them.",
        ),
        "reshare" => tr(
            "The envelopes of before open the vault, until everybody has proven the new ones. Custodians says who has new ones; where somebody has none and gets none any more, it is given up there, or another reshare takes its place.",
        ),
        "envelopes" => tr(
            "Their set ended: they open nothing here any more, and copies made before it still. Each owner destroys them before the witness, after a rotation the old words too; what became of them is attested here, also at Custodians.",
        ),
        "drill" => tr(
            "A drill shows that everybody's envelopes and words still open, before they are needed. It changes nothing.",
        ),
        "appoint" => tr(
            "Without a signed appointment in force nobody takes a share or component: a rotation or ceremony that day is refused. The signed form is entered here, also at Custodians.",
        ),
        _ => "",
    }
}
