//! A policy put together line by line.

use super::{
    BTreeMap, BTreeSet, DEFINITIONS_MAX, Group, KeyKind, NONE, Policy, PolicyFault, Threshold, VerifierKey,
};

/// Collects the lines of a policy, in the order of a policy file: members before groups before the quorum.
#[derive(Clone, Debug, Default)]
pub struct PolicyBuilder {
    logs: Vec<(VerifierKey, Option<String>)>,
    witnesses: BTreeMap<String, (VerifierKey, Option<String>)>,
    groups: Vec<Group>,
    /// Names that are a member of some group.
    members: BTreeSet<String>,
    /// The outer option: whether there was a quorum line.
    quorum: Option<Option<String>>,
}

impl PolicyBuilder {
    /// Trusts a log.
    ///
    /// # Errors
    /// [`PolicyFault`] for a key of the wrong kind or listed before, a bad URL, or too many logs.
    pub fn log(&mut self, key: VerifierKey, url: Option<&str>) -> Result<&mut Self, PolicyFault> {
        check_count(self.logs.len())?;
        self.check_key(&key, KeyKind::Log)?;
        let url = url.map(check_url).transpose()?;
        self.logs.push((key, url));
        Ok(self)
    }

    /// Trusts a witness under a name of the policy's own.
    ///
    /// # Errors
    /// [`PolicyFault`] for a name that is taken or no name, a key of the wrong kind or listed before, a bad
    /// URL, or too many witnesses.
    pub fn witness(
        &mut self,
        name: &str,
        key: VerifierKey,
        url: Option<&str>,
    ) -> Result<&mut Self, PolicyFault> {
        check_count(self.witnesses.len())?;
        let name = self.new_name(name)?;
        self.check_key(&key, KeyKind::Cosigner)?;
        let url = url.map(check_url).transpose()?;
        self.witnesses.insert(name, (key, url));
        Ok(self)
    }

    /// Defines a group of witnesses and groups that were defined before.
    ///
    /// # Errors
    /// [`PolicyFault`] for a name that is taken or no name, a member that is unknown or in a group already, a
    /// threshold that its members cannot meet, or too many groups.
    pub fn group(
        &mut self,
        name: &str,
        threshold: Threshold,
        members: &[&str],
    ) -> Result<&mut Self, PolicyFault> {
        check_count(self.groups.len())?;
        let name = self.new_name(name)?;
        let mut taken = BTreeSet::new();
        for member in members {
            self.check_defined(member)?;
            if self.members.contains(*member) || !taken.insert((*member).to_owned()) {
                return Err(PolicyFault::Member((*member).to_owned()));
            }
        }
        if members.is_empty() || !(1..=members.len()).contains(&threshold.count(members.len())) {
            return Err(PolicyFault::Threshold);
        }
        self.members.append(&mut taken);
        let members = members.iter().map(|&member| member.to_owned()).collect();
        self.groups.push(Group { name, threshold, members });
        Ok(self)
    }

    /// Sets the quorum: a witness or group that was defined before, or None to ask for nobody.
    ///
    /// # Errors
    /// [`PolicyFault::Unknown`], or [`PolicyFault::DuplicateQuorum`] the second time.
    pub fn quorum(&mut self, name: Option<&str>) -> Result<&mut Self, PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::DuplicateQuorum);
        }
        if let Some(name) = name {
            self.check_defined(name)?;
        }
        self.quorum = Some(name.map(str::to_owned));
        Ok(self)
    }

    /// The policy.
    ///
    /// # Errors
    /// [`PolicyFault::NoQuorum`]: to trust a log alone must be said.
    pub fn build(self) -> Result<Policy, PolicyFault> {
        let quorum = self.quorum.ok_or(PolicyFault::NoQuorum)?;
        Ok(Policy { logs: self.logs, witnesses: self.witnesses, groups: self.groups, quorum })
    }

    /// Another name or another kind makes no other key of it: who holds a log's key is no witness of that log.
    fn check_key(&self, key: &VerifierKey, kind: KeyKind) -> Result<(), PolicyFault> {
        if key.kind() != kind {
            return Err(PolicyFault::Kind);
        }
        let mut known = self.logs.iter().chain(self.witnesses.values());
        let taken = known.any(|(known, _)| known.public() == key.public());
        if taken { Err(PolicyFault::DuplicateKey) } else { Ok(()) }
    }

    fn is_defined(&self, name: &str) -> bool {
        self.witnesses.contains_key(name) || self.groups.iter().any(|group| group.name == name)
    }

    fn check_defined(&self, name: &str) -> Result<(), PolicyFault> {
        if self.is_defined(name) { Ok(()) } else { Err(PolicyFault::Unknown(name.to_owned())) }
    }

    fn new_name(&self, name: &str) -> Result<String, PolicyFault> {
        if name == NONE || !is_word(name) {
            return Err(PolicyFault::Name(name.to_owned()));
        }
        if self.is_defined(name) {
            return Err(PolicyFault::DuplicateName(name.to_owned()));
        }
        Ok(name.to_owned())
    }
}

fn check_count(count: usize) -> Result<(), PolicyFault> {
    if count < DEFINITIONS_MAX { Ok(()) } else { Err(PolicyFault::TooMany) }
}

fn check_url(url: &str) -> Result<String, PolicyFault> {
    if is_word(url) { Ok(url.to_owned()) } else { Err(PolicyFault::Url(url.to_owned())) }
}

/// What a line of the file can hold as one word: the format splits at ASCII spaces and tabs only.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(|byte| byte == b' ' || byte.is_ascii_control())
}
