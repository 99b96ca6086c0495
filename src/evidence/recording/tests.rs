//! A recording is written, read and drawn; what keymoot does not write is refused.

use super::*;

fn small() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(&mut bytes, (6, 2), "a <title>").unwrap();
    writer.marker(0, "Ana, custodian").unwrap();
    writer
        .output(0, "\u{1b}[2J\u{1b}[1;1H\u{1b}[0;1;38;2;1;2;3mA<b│")
        .unwrap();
    writer
        .output(1500, "\u{1b}[2;2H\u{1b}[0;7;38;5;196mé")
        .unwrap();
    writer.resize(2000, (8, 3)).unwrap();
    bytes
}

#[test]
fn what_is_written_is_read() {
    let cast = Cast::read(&small()).unwrap();
    assert_eq!(cast.size, (6, 2));
    assert_eq!(cast.title, "a <title>");
    let codes: Vec<&str> = cast.events.iter().map(|e| e.code.as_str()).collect();
    assert_eq!(codes, ["m", "o", "o", "r"]);
    assert_eq!(cast.length(), 2000);
    assert_eq!(cast.events[2].millis, 1500);
}

#[test]
fn a_picture_escapes_and_moves() {
    let text = svg(&Cast::read(&small()).unwrap()).unwrap();
    assert!(
        text.contains("a &lt;title&gt;") && text.contains("A&lt;b│"),
        "{text}"
    );
    assert!(
        text.contains("#010203") && text.contains("#ff0000"),
        "{text}"
    );
    assert_eq!(text.matches("@keyframes").count(), 2);
    assert!(!text.contains("script"));
}

#[test]
fn what_is_no_recording_is_refused() {
    for bad in [
        "",
        "{}",
        r#"{"version":3,"width":80,"height":24}"#,
        r#"{"version":2,"width":0,"height":24}"#,
        r#"{"version":2,"width":80,"height":100000}"#,
    ] {
        assert_eq!(
            Cast::read(bad.as_bytes()),
            Err(RecordingError::Header),
            "{bad}"
        );
    }
    let header = r#"{"version":2,"width":8,"height":2}"#;
    for bad in ["[1]", r#"[-1,"o","x"]"#, r#"[1e300,"o","x"]"#, "x"] {
        let text = format!("{header}\n{bad}\n");
        assert_eq!(
            Cast::read(text.as_bytes()),
            Err(RecordingError::Event(2)),
            "{bad}"
        );
    }
    for foreign in [
        "\u{1b}]0;title\u{7}",
        "\u{1b}[?1049h",
        "\u{1b}",
        "\u{1b}[31m",
    ] {
        let line = serde_json::json!([0.5, "o", foreign]);
        let cast = Cast::read(format!("{header}\n{line}\n").as_bytes()).unwrap();
        assert_eq!(svg(&cast), Err(RecordingError::Foreign(1)), "{foreign:?}");
    }
}
