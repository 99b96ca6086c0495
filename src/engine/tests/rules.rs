//! Every rule of the control plane (the reference's §§3, 5, 6, 8, 9 and 11) with the tests that fail where it is broken.
//! The table is checked: a test that is renamed or gone has to be found again here.

use std::collections::BTreeSet;
use std::path::Path;

/// Section and rule `=>` tests; a rule begins at the margin.
const RULES: &str = "\
3 attribute sets of CreateKey: exactly 307 => create_key_accepts_307_of_376_832
3 attribute sets of public keys: exactly 9 => import_of_a_public_key_accepts_9
3 the table decides for ImportKey and headers too => the_engine_and_the_table_agree, what_a_header_says_wrong_is_named
3 Exportable is required, Enabled is not => missing_members_are_counted, a_sparse_create_key_is_read_with_its_defaults
3 a private key never leaves => a_private_key_never_leaves
3 TDES keys made here: odd parity, distinct parts => symmetric_keys_have_length_parity_and_distinct_parts
3 TDES keys that come keep their parity => a_key_is_kept_as_it_came
3 degenerate TDES keys are refused => degenerate_keys_are_refused, degenerate_and_published_keys_are_refused
5 exactly one member of KeyMaterial => a_union_has_exactly_one_member
5 lengths and patterns of members => every_text_has_its_limits
5.1 root first, each under the one above => a_root_becomes_a_public_key, a_chain_is_kept_from_the_issuer_to_the_root
5.1 an issuer is as strong as what it issues => certificates_under_another_authority_are_refused
5.1 unexpired when it comes => roots_are_refused_with_the_reason
5.1 unexpired at each use => an_authority_is_judged_on_the_day_of_each_use
5.1 KeyAlgorithm is the certificate's => roots_are_refused_with_the_reason
5.1 a CA says so => roots_are_refused_with_the_reason, every_bad_root_has_its_own_reason
5.1 trust goes by ARN, not by subject => certificates_under_another_authority_are_refused
5.1 base64 of PEM, base64 of DER, PEM => the_usual_encodings_of_a_certificate_are_read
5.1 one certificate in the field => what_is_no_single_certificate
5.1 answers: base64 of PEM without line breaks => an_imported_certificate_is_given_back_with_its_chain
5.1 EXTERNAL, exportable, the check value's method ignored => a_root_becomes_a_public_key
5.2 the wrapping key: K0 or K1, its modes, enabled => the_wrapping_key_must_be_one
5.2 N wraps and unwraps => a_key_without_restrictions_wraps_and_unwraps
5.2 version and wrapping key; E is refused => the_version_goes_with_the_wrapping_key_and_a_weaker_one_is_refused
5.2 attributes come of the header => a_key_comes_in_as_its_header_says
5.2 one answer to whatever does not verify => what_does_not_verify_has_one_answer, a_flipped_bit_anywhere_is_refused
5.2 KP is compared => check_values_in_a_block_are_compared_and_named
5.2 version number and optional blocks are kept => what_a_block_says_beside_the_attributes_is_kept_and_not_used
5.2 lengths of TR-31:2018 and of X9.143 => the_published_blocks_come_in_where_the_service_can_express_them
5.3 order of checks => a_token_that_comes_in, the_token_of_the_request_is_judged_first
5.3 the sender's certificate under the CA named => the_senders_certificate_is_judged_under_the_authority_named
5.3 the receiver's name => a_token_for_another_receiver_is_refused
5.3 signature, digest, header, sender inside =>
    every_negative_vector_is_refused_by_its_own_rule,
    every_flipped_bit_is_refused
5.3 nonces and passes => passes_and_nonces_go_together, a_one_pass_token_is_fresh_within_the_tokens_life
5.3 what peers' dialects say comes in => every_accepted_vector_comes_in_unless_strength_or_usage_forbids
5.4 both hashes, the default, the key's length => keys_come_in_with_their_check_values, a_key_is_kept_as_it_came
5.4 strength of RSA => attributes_and_strength_are_judged, aes_128_comes_in_under_rsa_3072_and_no_longer_key
5.4 no oracle of the padding =>
    every_failure_to_decrypt_is_one_answer,
    whatever_is_wrong_inside_the_padding_has_one_answer
6.1 symmetric, exportable, enabled, complete => what_may_not_leave_stays, key_and_authority_must_be_usable
6.1 a key under itself, the wrapping key's usage and modes => refusals
6.1 imported keys leave too => exportability_is_one_boolean_whatever_the_road
6.1 the receiver's certificate => receivers_certificates_are_judged
6.2 strength, every symmetric pair => every_pair_of_symmetric_keys_is_judged_by_the_guides_table, equals_the_guide
6.2 strength under RSA => strength_is_judged_before_anybody_signs, strength_asks_for_rsa_3072_on_both_sides
6.3 version, hidden length, check value, WrappingKeyArn =>
    the_version_follows_the_wrapping_key_and_the_length_is_hidden,
    the_receiver_gets_the_key_on_record
6.3 bytes of a TR-34 token => the_bytes_are_those_of_the_service
6.4 initial keys: of B0, length of the KSN, never of TDES_3KEY => export_attributes_are_for_base_derivation_keys
6.4 initial keys: header, counter bits, nothing kept =>
    initial_keys_leave_in_the_place_of_their_base_key,
    a_serial_number_in_lower_case_is_refused
6.4 on every road => an_initial_key_leaves_by_rsa_wrap_too, an_initial_key_leaves_as_b1
6.4 headers only narrow: modes => modes_only_narrow
6.4 headers only narrow: exportability => exportability_only_goes_down
6.4 optional blocks: room, what the service writes itself => optional_blocks_have_room_and_meaning
6.4 nothing else of the header changes => every_field_that_may_change_changes_and_nothing_else
8 ARNs, aliases, no bare key id => an_identifier_has_a_pattern_and_a_bare_key_id_is_none, what_is_not_here_is_named
8 shape of key ids and tokens => names_have_the_services_shape
8 times are numbers => times_are_numbers
8 upper-case hex =>
    sensitive_values_are_not_repeated,
    later_members_and_shapes_are_refused_by_name,
    a_serial_number_in_lower_case_is_refused
8 pages of 50, at most 100; tokens bound to list and filter =>
    fifty_is_a_page,
    numbers_have_a_range,
    a_token_belongs_to_its_filter_and_account
8 tags: lengths, 200, aws:, once =>
    tags_are_judged_one_by_one,
    a_list_that_is_too_long_is_shown,
    tags_are_refused_with_the_reason
8 quotas => a_quota_of_keys_counts_what_is_not_destroyed, a_quota_of_aliases_counts_names
8 form of answers and refusals over HTTP =>
    answers_and_refusals_have_the_services_form,
    what_is_no_request_is_refused_by_its_own_name
8 signatures => every_published_signature_counts, nothing_under_a_signature_can_change
9 one text of constraint for each kind, counted =>
    missing_members_are_counted,
    enums_name_their_values,
    numbers_have_a_range
9 later members by name =>
    later_members_and_values_are_refused_by_name,
    operations_of_todays_service_are_refused_by_name
9 check value methods => check_value_methods_follow_the_algorithm
9 states => a_pending_key_refuses_everything_but_reading_and_restoring, a_due_key_is_gone_before_it_is_settled
9 tokens: unknown, of another kind, expired => tokens_are_judged_before_anything_else
9 sensitive values are not repeated => sensitive_values_are_not_repeated
9 the vault cannot be written: nothing changed => a_lock_that_fails_leaves_nothing
9 order: shape, existence, state, attributes, cryptography =>
    an_import_tells_the_first_fault,
    an_export_in_a_key_block_tells_the_first_fault,
    an_export_by_rsa_wrap_tells_the_first_fault
11 Encrypt+Decrypt is no mode set, NoRestrictions stands alone =>
    create_key_accepts_307_of_376_832,
    attributes_and_strength_are_judged
11 a leaf is no root => roots_are_refused_with_the_reason
11 parameters die with their token => pairs_of_ended_tokens_are_wiped, tokens_live_as_long_as_the_policy_says
11 16 bytes are TDES_2KEY or AES_128: both check values => keys_come_in_with_their_check_values
11 the block's version follows the wrapping key => the_version_follows_the_wrapping_key_and_the_length_is_hidden
11 three-key TDES needs three keys above => the_version_goes_with_the_wrapping_key_and_a_weaker_one_is_refused
11 E and S are one Boolean => exportability_is_one_boolean_whatever_the_road, a_sensitive_key_leaves_as_one
11 an initial key cannot come back =>
    what_a_header_says_wrong_is_named,
    authentic_blocks_of_other_usages_are_refused_by_name
11 deletion: three days at least, no second, names stay =>
    numbers_have_a_range,
    deletion_disables_and_waits,
    a_destroyed_key_leaves_its_names_empty
11 a restored key is disabled => a_pending_key_refuses_everything_but_reading_and_restoring
11 a deleted root leaves what it vouched for => a_deleted_root_leaves_what_it_vouched_for
11 nothing else about a key changes => nothing_about_a_key_changes_but_its_switch_tags_and_names
11 tags show in ListTagsForResource alone => tags_come_change_and_go, a_summary_has_six_members
11 slips of the documentation => slips_of_the_documentation_do_not_exist_on_the_wire
11 a key sent again is a second key => a_root_becomes_a_public_key
";

/// The names of all tests of this crate: functions behind `#[test]`.
fn tests_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let names = text.split("#[test]").skip(1).filter_map(|behind| {
                let (_, name) = behind.split_once("fn ")?;
                name.split('(').next().map(str::to_owned)
            });
            found.extend(names);
        }
    }
}

#[test]
fn every_rule_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    for folder in ["src", "tests"] {
        tests_in(&root.join(folder), &mut known);
    }
    let mut rules = BTreeSet::new();
    for row in RULES.replace("\n    ", " ").lines() {
        let (rule, tests) = row.split_once(" => ").unwrap();
        assert!(rules.insert(rule.to_owned()), "{rule} twice");
        for test in tests.split(", ") {
            assert!(known.contains(test), "{rule}: there is no test {test}");
        }
    }
    assert_eq!(rules.len(), 85);
    for section in [
        "3", "5", "5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3", "6.4", "8", "9", "11",
    ] {
        let heading = format!("{section} ");
        assert!(
            rules.iter().any(|rule| rule.starts_with(&heading)),
            "{section}"
        );
    }
}
