//! People: their identities (of every node), and of those whose home is here the accounts, sessions, codes,
//! addresses, letters, blocks, slot keys and profiles; of others copies of their profiles.

mod blocks;
mod codes;
mod copies;
mod directory;
pub mod mail;
mod names;
mod people;
mod sessions;

pub use blocks::{BLOCKS_MAX, BlockRow, blocks, count_blocks, insert_block, is_blocked, remove_block};
pub use codes::{NewCode, Purpose, count_codes, insert_code, remove_codes, remove_old_codes, take_code};
pub use copies::{PersonSaid, forget_copies, keep_copy, people_said};
pub use directory::{
    Folded, ListedRow, StaleProfile, fold_profile, is_unlisted, listed, listed_by_relevance, set_unlisted,
    stale_profiles,
};
pub use names::{
    EmailRow, account_named, accounts_by_email, count_former, email, former_owner, free_former, keep_former,
    put_email, remove_email, remove_old_former, rename,
};
pub use people::{
    AccountRow, IdentityRow, ProfileRow, account, drop_unlogged, find_identity, hold_password, identities,
    insert_account, insert_identity, insert_slot, lock_identity, profile, put_profile, replace_identity,
    set_logged, set_password, slot,
};
pub use sessions::{
    NewSession, SessionRow, insert_session, lock_session, remove_expired_sessions, revoke_other_sessions,
    revoke_session, rotate_session, session, session_lives, sessions, trim_sessions,
};

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    blocks::INSERT,
    blocks::DELETE,
    blocks::LIST,
    blocks::COUNT,
    blocks::HOLDS,
    codes::INSERT,
    codes::TAKE,
    codes::REMOVE,
    codes::COUNT,
    codes::REMOVE_OLD,
    copies::KEEP,
    copies::FORGET,
    copies::SAID,
    directory::LISTED,
    directory::LISTED_BY_WORDS,
    directory::RELEVANT,
    directory::FOLD,
    directory::STALE,
    directory::UNLISTED,
    directory::SET_UNLISTED,
    mail::ENQUEUE,
    mail::REMOVE_OLD,
    names::OWNER,
    names::KEEP_FORMER,
    names::FREE_FORMER,
    names::COUNT_FORMER,
    names::REMOVE_OLD,
    names::RENAME,
    names::NAMED,
    names::PUT_EMAIL,
    names::EMAIL,
    names::REMOVE_EMAIL,
    names::BY_EMAIL,
    people::INSERT_IDENTITY,
    people::REPLACE_IDENTITY,
    people::SET_LOGGED,
    people::DROP_UNLOGGED,
    people::IDENTITY,
    people::IDENTITIES,
    people::LOCK_IDENTITY,
    people::INSERT_ACCOUNT,
    people::ACCOUNT,
    people::SET_PASSWORD,
    people::HOLD_PASSWORD,
    people::INSERT_SLOT,
    people::SLOT,
    people::PUT_PROFILE,
    people::PROFILE,
    sessions::INSERT,
    sessions::TRIM,
    sessions::FIND,
    sessions::LIVES,
    sessions::LOCK,
    sessions::ROTATE,
    sessions::REVOKE,
    sessions::REVOKE_OTHERS,
    sessions::LIST,
    sessions::REMOVE_EXPIRED,
];
