//! People: their identities (of every node), and of those whose home is here the accounts, sessions, slot keys and profiles.

mod people;
mod sessions;

pub use people::{
    AccountRow, IdentityRow, ProfileRow, account, account_by_handle, drop_unlogged, find_identity,
    identities, insert_account, insert_identity, insert_slot, lock_identity, profile, put_profile,
    replace_identity, set_logged, slot,
};
pub use sessions::{
    SessionRow, insert_session, lock_session, remove_expired_sessions, revoke_session, rotate_session,
    session, session_lives, trim_sessions,
};

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    people::INSERT_IDENTITY,
    people::REPLACE_IDENTITY,
    people::SET_LOGGED,
    people::DROP_UNLOGGED,
    people::IDENTITY,
    people::IDENTITIES,
    people::LOCK_IDENTITY,
    people::INSERT_ACCOUNT,
    people::ACCOUNT,
    people::BY_HANDLE,
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
    sessions::REMOVE_EXPIRED,
];
