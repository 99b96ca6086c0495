//! A device is let go in lines; what may be left empty is left empty.

use super::reader_tests::{at_home, practice_session};

#[test]
fn a_device_is_let_go_and_files_that_nobody_has_are_left_out() {
    let room = tempfile::tempdir().unwrap();
    let [first, out] = ["first", "out"].map(|name| room.path().join(name).display().to_string());
    let device = format!(
        "{}/tests/vectors/engine/leaf-2048.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    let signed = [
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
    ];
    let answers = [
        &[
            ("Number: ", "get-parameters-for-export"),
            ("Form: ", "TR34_KEY_BLOCK"),
            ("Key pair: ", "RSA_2048"),
            ("Certificate hash: ", "3"),
            ("File name: ", "signer.json"),
            ("Folder: ", first.as_str()),
        ][..],
        &signed,
        &[
            ("Number: ", "tr34.unbind"),
            ("Device's file: ", device.as_str()),
            ("Random number (nonce): ", "0439F40A883AD204"),
            ("Export token: ", ""),
            // No pair is here, and neither that nor its certificate is asked for.
            ("Token form: ", ""),
            ("File name: ", "go.hex"),
            ("Folder: ", out.as_str()),
        ],
        &signed,
        &[("Number: ", "close")],
    ]
    .concat();
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    assert!(text.contains("LET A DEVICE GO"), "{text}");
    assert!(text.contains("No key has left this vault."), "{text}");
    let file = std::fs::read_to_string(room.path().join("out").join("go.rehearsal.hex")).unwrap();
    assert!(file.starts_with("3082"), "{file}");
}
