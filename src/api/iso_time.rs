//! Timestamps in answers as the AWS CLI prints them: ISO 8601 instead of the wire's epoch seconds.

use serde_json::Value;

/// Rewrites every member whose name ends in `Timestamp` from epoch seconds to ISO 8601 in UTC, the form of
/// the AWS CLI: `2026-11-23T14:31:07.250000+00:00`, without a fraction for a whole second.
pub fn print_form(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_f64() {
                    Some(seconds) if name.ends_with("Timestamp") => *member = iso(seconds).into(),
                    _ => print_form(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(print_form),
        _ => {}
    }
}

fn iso(seconds: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // rounded, and far inside i64 for any calendar date
    let millis = (seconds * 1000.0).round() as i64;
    let whole = super::Timestamp::from_millis(millis.div_euclid(1000) * 1000).rfc3339();
    let whole = whole.strip_suffix('Z').unwrap_or(&whole);
    match millis.rem_euclid(1000) {
        0 => format!("{whole}+00:00"),
        fraction => format!("{whole}.{fraction:03}000+00:00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn timestamps_are_iso_and_nothing_else_is_touched() {
        let mut value = json!({
            "Key": {"CreateTimestamp": 1_697_643_478.92, "KeyArn": "a", "N": 7},
            "Keys": [{"DeleteTimestamp": 1_764_000_000}],
        });
        print_form(&mut value);
        assert_eq!(
            value,
            json!({
                "Key": {"CreateTimestamp": "2023-10-18T15:37:58.920000+00:00", "KeyArn": "a", "N": 7},
                "Keys": [{"DeleteTimestamp": "2025-11-24T16:00:00+00:00"}],
            })
        );
    }
}
