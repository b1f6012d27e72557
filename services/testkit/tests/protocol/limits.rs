//! Section 13: each row names a constant and its value.

use std::fs;

use super::{TEXT, root, section};

/// The name of a constant as the text has it, and its value.
macro_rules! limits {
    ($($(:: $part:ident)+),+ $(,)?) => {
        vec![$({
            let name = [$(stringify!($part)),+].join("::");
            (name.strip_prefix("hanse_").unwrap().to_owned(), i128::try_from($(:: $part)+).unwrap())
        }),+]
    };
}

/// Limits that other crates have no use for: the file, the constant as its source has it.
const PRIVATE: [(&str, &str, i128); 17] = [
    ("services/effects/src/apply/guard.rs", "DOCUMENTS_A_DAY: u32 = 2_000;", 2_000),
    ("services/base/src/clock.rs", "AHEAD_SECONDS_MAX: i64 = 300;", 300),
    ("services/effects/src/apply/bid.rs", "BIDS_MAX: u32 = 1_000;", 1_000),
    ("services/effects/src/apply/bid.rs", "BIDS_OF_HOME_MAX: u32 = 200;", 200),
    ("services/effects/src/apply/bid.rs", "BIDS_OF_PERSON_MAX: u32 = 2;", 2),
    ("services/effects/src/apply/invitation.rs", "INVITATIONS_MAX: u32 = 30;", 30),
    ("services/effects/src/apply/contract/terms.rs", "COUNTERS_MAX: i32 = 3;", 3),
    ("services/effects/src/apply/dispute.rs", "CLAIMS_MAX: u32 = 3;", 3),
    ("services/logbook/src/follow/pace.rs", "WEIGHT_A_DAY: u64 = 1_000_000;", 1_000_000),
    ("services/logbook/src/follow/want.rs", "WAIT_SECONDS_MAX: i64 = 2_592_000;", 2_592_000),
    ("services/effects/src/expire/unlogged.rs", "UNLOGGED_MAX: i64 = 32;", 32),
    ("services/effects/src/expire/unlogged.rs", "UNLOGGED_SECONDS: i64 = 600;", 600),
    ("services/engine/src/federation/deliver/accept.rs", "PARCEL_MAX: usize = 20;", 20),
    ("services/engine/src/federation/receipts.rs", "SLUG_CHARS_MAX: usize = 64;", 64),
    ("services/logbook/src/follow/fetch.rs", "SEGMENT_LEAVES_MAX: usize = 512;", 512),
    ("services/ledger/src/form.rs", "KIND_CHARS_MAX: usize = 32;", 32),
    ("services/verifier/src/quorum.rs", "AHEAD_SECONDS: i64 = 300;", 300),
];

fn documents() -> Vec<(String, i128)> {
    limits![
        ::hanse_document::canonical::DEPTH_MAX,
        ::hanse_document::canonical::VALUES_MAX,
        ::hanse_document::canonical::INTEGER_MAX,
        ::hanse_document::envelope::BYTES_MAX,
        ::hanse_document::name::NODE_NAME_CHARS_MAX,
        ::hanse_document::code::SKILL_CHARS_MAX,
        ::hanse_document::kind::identity::RECOVERY_MAX,
        ::hanse_document::kind::profile::NAME_CHARS_MAX,
        ::hanse_document::kind::profile::HEADLINE_CHARS_MAX,
        ::hanse_document::kind::profile::ABOUT_CHARS_MAX,
        ::hanse_document::kind::profile::ITEMS_MAX,
        ::hanse_document::kind::profile::TRAVEL_KM_MAX,
        ::hanse_document::kind::job::TITLE_CHARS_MAX,
        ::hanse_document::kind::job::TEXT_CHARS_MAX,
        ::hanse_document::kind::job::ITEMS_MAX,
        ::hanse_document::kind::job::SEATS_MAX,
        ::hanse_document::kind::job::WEEK_HOURS_MAX,
        ::hanse_document::kind::job::OPEN_DAYS_MAX,
        ::hanse_document::kind::job::QUESTIONS_MAX,
        ::hanse_document::kind::job::QUESTION_CHARS_MAX,
        ::hanse_document::kind::pay::AMOUNT_MAX,
        ::hanse_document::kind::pay::BARTER_CHARS_MAX,
        ::hanse_document::kind::pay::CREDIT_HOURS_MAX,
        ::hanse_document::kind::place::SITE_CHARS_MAX,
        ::hanse_document::kind::place::LATITUDE_E4_MAX,
        ::hanse_document::kind::place::LONGITUDE_E4_MAX,
        ::hanse_document::kind::bid::TEXT_CHARS_MAX,
        ::hanse_document::kind::bid::ANSWER_CHARS_MAX,
        ::hanse_document::kind::bid::DAYS_MAX,
        ::hanse_document::kind::terms::DUE_DAYS_MAX,
        ::hanse_document::kind::terms::SCOPE_CHARS_MAX,
        ::hanse_document::kind::terms::MILESTONES_MAX,
        ::hanse_document::kind::terms::MILESTONE_CHARS_MAX,
        ::hanse_document::kind::offer::OPEN_DAYS_MAX,
        ::hanse_document::kind::step::NOTE_CHARS_MAX,
        ::hanse_document::kind::step::REASON_CHARS_MAX,
        ::hanse_document::kind::step::MILESTONE_NUMBER_MAX,
        ::hanse_document::kind::time_sheet::SHEET_DAYS_MAX,
        ::hanse_document::kind::time_sheet::MINUTES_MAX,
        ::hanse_document::kind::text::TEXT_CHARS_MAX,
        ::hanse_document::kind::review::RATING_MAX,
        ::hanse_document::kind::reply::TEXT_CHARS_MAX,
        ::hanse_document::kind::dispute::ARBITERS_MAX,
        ::hanse_document::kind::dispute::CLAIM_CHARS_MAX,
        ::hanse_document::kind::dispute::AWARD_CHARS_MAX,
        ::hanse_document::kind::dispute::EVIDENCE_MAX,
        ::hanse_document::kind::dispute::FEE_CHARS_MAX,
        ::hanse_document::kind::dispute::TERMS_CHARS_MAX,
    ]
}

fn logs_and_nodes() -> Vec<(String, i128)> {
    limits![
        ::hanse_ledger::leaf::LEAF_BYTES_MAX,
        ::hanse_ledger::leaf::LEAF_DEPTH_MAX,
        ::hanse_ledger::leaf::SUBJECTS_MAX,
        ::hanse_ledger::statement::SLOTS_MAX,
        ::hanse_ledger::index::DEPTH_MAX,
        ::hanse_ledger::evidence::EVIDENCE_BYTES_MAX,
        ::hanse_ledger::evidence::PARTS_MAX,
        ::hanse_ledger::evidence::ENTRIES_MAX,
        ::hanse_ledger::evidence::NOTE_LINES_MAX,
        ::hanse_ledger::evidence::CHECKPOINTS_MAX,
        ::hanse_ledger::evidence::PATH_MAX,
        ::hanse_ledger::evidence::DOCUMENTS_MAX,
        ::hanse_ledger::record::RECORD_BYTES_MAX,
        ::hanse_ledger::record::LOGS_MAX,
        ::hanse_ledger::record::DATINGS_MAX,
        ::hanse_ledger::record::DOCUMENTS_MAX,
        ::hanse_ledger::record::LINE_BYTES_MAX,
        ::hanse_tlog::tile::WIDTH,
        ::hanse_tlog::tile::ENTRY_BYTES_MAX,
        ::hanse_tlog::note::NOTE_BYTES_MAX,
        ::hanse_tlog::note::SIGNATURES_MAX,
        ::hanse_tlog::note::KEY_NAME_BYTES_MAX,
        ::hanse_tlog::cosignature::TIME_MAX,
        ::hanse_tlog::policy::POLICY_BYTES_MAX,
        ::hanse_tlog::policy::DEFINITIONS_MAX,
        ::hanse_verifier::MAX_AGE_SECONDS,
        ::hanse_logbook::sequence::BATCH_MAX,
        ::hanse_logbook::cosign::RECOSIGN_SECONDS,
        ::hanse_network::NET_BYTES_MAX,
        ::hanse_network::PEERS_MAX,
        ::hanse_network::GOSSIP_BYTES_MAX,
        ::hanse_network::REQUEST_BYTES_MAX,
        ::hanse_network::ORIGIN_BYTES_MAX,
        ::hanse_network::DELIVER_BYTES_MAX,
        ::hanse_network::DELIVER_DOCUMENTS_MAX,
        ::hanse_network::ANSWER_BYTES_MAX,
        ::hanse_network::HEADS_NOTES_MAX,
        ::hanse_network::RANGE_ENTRIES_MAX,
        ::hanse_network::ENTRY_DOCUMENTS_MAX,
        ::hanse_network::RANGE_BYTES_MAX,
        ::hanse_network::CHECKPOINT_BYTES_MAX,
        ::hanse_network::RANGE_ANSWER_BYTES_MAX,
        ::hanse_network::REQUESTS_PER_PEER,
        ::hanse_network::REQUESTS_GLOBAL,
        ::hanse_network::BUSY_RETRY_MS,
        ::hanse_network::MATCH_REQUEST_BYTES_MAX,
        ::hanse_network::MATCH_JOB_BYTES_MAX,
        ::hanse_network::MATCH_FACTORS,
        ::hanse_network::MATCH_CANDIDATES_MAX,
        ::hanse_network::MATCH_BYTES_MAX,
        ::hanse_network::MATCH_ANSWER_BYTES_MAX,
        ::hanse_network::MATCH_WORD_BYTES_MAX,
        ::hanse_network::MATCHES_GLOBAL,
    ]
}

fn private() -> Vec<(String, i128)> {
    let named = PRIVATE.iter();
    named.map(|(file, line, value)| (format!("{file} {}", line.split_once(':').unwrap().0), *value)).collect()
}

/// A number with a comma before each three digits.
fn written(number: i128) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

#[test]
fn every_limit_has_its_row_with_its_number_and_a_reason() {
    let section = section("## 13. Limits");
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with("` |"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let expected: Vec<(String, i128)> =
        documents().into_iter().chain(logs_and_nodes()).chain(private()).collect();
    for (name, value) in &expected {
        let row = rows.iter().find(|row| row.last() == Some(&format!("`{name}`").as_str()));
        let row = row.unwrap_or_else(|| panic!("{name} has no row"));
        let [_, limit, reason, _] = row.as_slice() else { panic!("{name}: not four cells") };
        assert_eq!(limit.split(' ').next(), Some(written(*value).as_str()), "{name}");
        assert!(!reason.is_empty(), "{name}");
    }
    assert_eq!(rows.len(), expected.len(), "a row names no limit of the code");
}

#[test]
fn the_limits_that_only_their_crate_knows_are_what_their_source_says() {
    for (file, line, _) in PRIVATE {
        assert!(fs::read_to_string(root().join(file)).unwrap().contains(line), "{file}: {line}");
    }
}

/// Numbers of the running text that are limits too.
#[test]
fn the_running_text_says_the_same_numbers() {
    let bounded = |kind: &str, row: &str| {
        assert!(section(&format!("### `{kind}`")).contains(row), "{kind}: {row}");
    };
    bounded("job", &format!("| `text` | text {} |", written(16_000)));
    for (field, limit) in [("seats", "1–100"), ("hours_per_week", "1–168")] {
        assert!(
            section("### `job`")
                .lines()
                .any(|line| line.contains(&format!("`{field}`")) && line.contains(limit))
        );
    }
    for said in
        ["at most 65,536 bytes", "at most 4,096 bytes", "16,384 bytes", "131,072 bytes", "67,108,864 bytes"]
    {
        assert!(TEXT.contains(said), "{said}");
    }
}
