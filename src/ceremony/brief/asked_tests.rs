//! What whoever sends a key reads on the page that its file has to say of it.

use super::super::asked_of_sender::Asked;
use super::tests::{page, scripts};

/// Only the people of an HSM read what the header has to say; a partner's token of an exportable key was signed for, came in,
/// and stopped the ceremony.
#[test]
fn whoever_sends_a_key_reads_what_its_file_has_to_say_of_it() {
    let mut told = 0;
    for (name, script) in scripts() {
        let model = &script.model;
        let page = page(name);
        for doing in model.doings() {
            let Some(asked) = Asked::by(model, doing) else {
                continue;
            };
            let words = asked.told().unwrap();
            assert!(page.contains(&words), "{name}: {words}\n{page}");
            let key = model.key(doing.key().unwrap()).unwrap();
            let never = words.contains("exportability N (it never leaves again)")
                || words.contains("Exportable false (it never leaves again)");
            assert_eq!(never, !key.exportable, "{words}");
            // A command for AWS says it too: there a key in a token may leave where nobody says otherwise.
            let commands = &model.input(asked.file).unwrap().commands;
            let exports = commands.iter().filter(|line| line.contains(" export-key "));
            for line in exports {
                assert_eq!(line.contains("NON_EXPORTABLE"), !key.exportable, "{line}");
            }
            told += 1;
        }
    }
    assert!(told > 12, "{told}");
}
