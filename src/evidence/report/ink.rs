//! The last section: what people sign in ink, on the printed page.

use super::RunReport;
use super::sheet::{Block, field, paragraph, plain, wrapped};

/// Why the head on this page is another than people saw when they signed at the screen.
const SIGNED_HEADS: &str = "This is the head before the line that closes the run. At the screen each person signed the \
                            head as it was then, which every signature moves on: those heads stand with the approval \
                            keys under access.";

/// The same of a run that nobody signed off: the head was signed with an exception or a stop alone.
const NOT_SIGNED_OFF: &str = "This is the head before the line that closes the run, and nobody signed the run off at the \
                              screen. Whoever signed an exception or the stop there signed the head as it was then, \
                              which every signature moves on: those heads stand with the approval keys under access.";

pub(super) fn section(report: &RunReport) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut record = Block::new();
    record.extend(field("Audit head", &report.audit_head));
    record.extend(field("In words", &report.audit_words));
    record.extend(field("Witness card", &report.card));
    record.extend(field("Keep until", &report.retain_until));
    blocks.push(record);
    let signed = &report.signatures;
    let of_the_script = signed
        .sign_offs
        .saturating_sub(signed.exceptions)
        .saturating_sub(signed.stops);
    if !report.audit_head.is_empty() && signed.sign_offs > 0 {
        blocks.push(paragraph(if of_the_script > 0 {
            SIGNED_HEADS
        } else {
            NOT_SIGNED_OFF
        }));
    }
    blocks.extend(
        report
            .people
            .iter()
            .filter(|p| !p.gave_up)
            .map(|p| ink_line(&format!("{}, {}", p.name, p.role))),
    );
    blocks
}

/// Room for a signature and a date.
pub(super) fn ink_line(who: &str) -> Block {
    let mut block = wrapped(&plain(who), "", "");
    block.push(String::new());
    block.push(format!("{} {}", "_".repeat(48), "_".repeat(23)));
    block.push(format!("{:<49}date", "signature"));
    block
}
