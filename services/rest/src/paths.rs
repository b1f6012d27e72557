//! What stands in paths, as the document describes it. Handlers take the text and read it.

use utoipa::IntoParams;

/// A posting.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct JobInPath {
    /// The posting: `job_…`.
    #[param(
        pattern = "^job_[A-Za-z0-9_-]{43}$",
        example = "job_15zgB0e8TEkYp0PYi_k1JxT6v8ugqEgHiRRn-cUkaD8"
    )]
    id: String,
}

/// A bid.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct BidInPath {
    /// The bid: `bid_…`.
    #[param(
        pattern = "^bid_[A-Za-z0-9_-]{43}$",
        example = "bid_YoHou-8N_q7s5DI_nxTTMiCsq2wNmBH7UyUO3Rv9gRw"
    )]
    id: String,
}

/// A file of a message.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct AttachmentInPath {
    /// The SHA-256 of its bytes, in hex.
    #[param(
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    digest: String,
}

/// An invitation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct InvitationInPath {
    /// The invitation: `invitation_…`.
    #[param(
        pattern = "^invitation_[A-Za-z0-9_-]{43}$",
        example = "invitation_Lg-6ssNT1UsxPqcjo75KaDM4wpOjqTyGlKm-e-eGeRM"
    )]
    id: String,
}

/// A contract.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct ContractInPath {
    /// The contract, by its offer: `offer_…`.
    #[param(
        pattern = "^offer_[A-Za-z0-9_-]{43}$",
        example = "offer__XibQhEM9K44tN13ZALJkHLdGq4KZVfjTrnYeA0A6JU"
    )]
    id: String,
}

/// A dispute.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct DisputeInPath {
    /// The dispute: `dispute_…`.
    #[param(
        pattern = "^dispute_[A-Za-z0-9_-]{43}$",
        example = "dispute_Lg-6ssNT1UsxPqcjo75KaDM4wpOjqTyGlKm-e-eGeRM"
    )]
    id: String,
}

/// A signed document.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct DocumentInPath {
    /// The document: `<kind>_…`.
    #[param(
        pattern = "^[a-z]+_[A-Za-z0-9_-]{43}$",
        example = "profile_oTlJr79eKIsvr2IEQry6Wz1hHKbx6WREuWrGTQPxGWw"
    )]
    id: String,
}

/// A person.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct PersonInPath {
    /// The person: `did:key:z6Mk…`.
    #[param(
        pattern = "^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$",
        example = "did:key:z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH"
    )]
    did: String,
}

/// A skill.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct SkillInPath {
    /// An ESCO id or `local:…`.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-z0-9:-]+$", example = "local:rust")]
    id: String,
}

/// A saved search.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct SearchInPath {
    /// Id of the search.
    #[param(example = "01a22a5c-72ca-70c2-b41c-9a070854122e")]
    id: String,
}

/// A login.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct LoginInPath {
    /// Id of the login.
    #[param(example = "01a22a5c-72ca-70c2-b41c-9a070854122e")]
    id: String,
}

/// A review.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct CommitInPath {
    /// Leaf id of the review's commit, 64 hex digits.
    #[param(
        pattern = "^[0-9a-f]{64}$",
        example = "4e690433070f73f07a8ca142dac37c5a62e635f9b19caa3ac632eb930f3030d6"
    )]
    commit: String,
}

/// One of a node's own logs.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct OwnLogInPath {
    /// `reputation` or `jobs`.
    #[param(pattern = "^(reputation|jobs)$", example = "jobs")]
    kind: String,
}

/// A log of reputation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct LogInPath {
    /// Name of the node whose log it is.
    #[param(example = "lyon.example")]
    node: String,
    /// `reputation`.
    #[param(pattern = "^reputation$", example = "reputation")]
    kind: String,
}

/// A tile.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct TileInPath {
    /// Level or `entries`, then the index in groups of three digits, as in `0/x001/067` or `entries/000.p/17`. The slashes may be encoded.
    #[param(
        pattern = "^([0-9]{1,2}|entries)(/x[0-9]{3})*/[0-9]{3}([.]p/[0-9]{1,3})?$",
        example = "entries/000.p/1"
    )]
    path: String,
}
