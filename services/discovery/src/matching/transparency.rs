//! What this node ranks with, published, and each time that it changed.

use std::collections::BTreeMap;

use hanse_api::views::{
    Fairness, RankingSetting, RatesInForce, ReputationRules, SettingChange, TaxonomyInForce, Transparency,
    weights_by_name,
};
use hanse_base::error::{Failure, UseError};
use hanse_base::present;
use hanse_matching::explain::NOT_USED;
use hanse_matching::fair;
use hanse_matching::score::FITS;
use hanse_matching::side::RANKER;
use hanse_reputation::{Parameters, VERSION};
use hanse_store::ranking;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Discovery;
use crate::knowledge::{ESCO_ATTRIBUTION, Knowledge};

/// Changes that are shown: years of them, as nodes change what they rank with.
const CHANGES_MAX: i64 = 200;

impl Discovery {
    /// What this node ranks with, what it does not look at, and how that has changed.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn transparency(&self) -> Result<Transparency, UseError> {
        let setting = setting(&self.knowledge())?;
        let connection = self.store().connection().await?;
        let rows = ranking::settings(&connection, CHANGES_MAX).await?;
        drop(connection);
        let (people, jobs) = self.indexed().unzip();
        let mut changes = Vec::new();
        // The oldest note has nothing before it that it could differ from.
        let befores = rows.iter().skip(1).map(Some).chain([None]);
        for (row, before) in rows.iter().zip(befores) {
            let now = parse(&row.setting)?;
            let changed = match before {
                Some(before) => differing(&parse(&before.setting)?, &now),
                None => Vec::new(),
            };
            changes.push(SettingChange { at: present::time(row.at), changed, setting: now });
        }
        let concentration = match self.trust.concentration().await {
            Ok(found) => Some(found),
            // The rest is known, and is said meanwhile.
            Err(UseError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Transparency { setting, people, jobs, concentration, changes })
    }
}

/// Notes the inputs of the ranking from now on, if that is something else than before.
pub(super) async fn note(discovery: &Discovery, knowledge: &Knowledge) -> Result<(), UseError> {
    let setting = serde_json::to_string(&setting(knowledge)?).map_err(unreadable)?;
    let digest = Sha256::digest(setting.as_bytes()).into();
    let mut connection = discovery.store().connection().await?;
    let tx = connection.begin().await?;
    if ranking::note_setting(&tx, &digest, &setting, discovery.now().unix()).await? {
        tx.commit().await?;
        tracing::info!("the inputs of the ranking have changed and are published");
    }
    Ok(())
}

fn setting(knowledge: &Knowledge) -> Result<RankingSetting, Failure> {
    let Knowledge { taxonomy, rates, weights, .. } = knowledge;
    let parameters = serde_json::to_value(Parameters::default()).map_err(unreadable)?;
    let Value::Object(parameters) = parameters else {
        return Err(Failure::Inconsistent("parameters are no object".to_owned()));
    };
    Ok(RankingSetting {
        ranker: RANKER.to_owned(),
        weights: weights_by_name(weights),
        fits_percent: percent(FITS),
        fairness: Fairness {
            bound_percent: percent(fair::BOUND),
            newcomer_places: fair::NEWCOMER_PLACES.to_vec(),
            newcomer_contracts: fair::NEWCOMER_CONTRACTS,
            newcomer_skill_percent: percent(fair::NEWCOMER_SKILL),
            half_life_days: percent(fair::HALF_LIFE_DAYS) / 100,
        },
        not_used: NOT_USED.map(str::to_owned).to_vec(),
        taxonomy: TaxonomyInForce {
            version: taxonomy.version().to_owned(),
            digest: taxonomy.digest_hex(),
            attribution: ESCO_ATTRIBUTION.to_owned(),
            concepts: taxonomy.concepts().len(),
        },
        rates: RatesInForce {
            date: rates.date.to_string(),
            source: rates.source.clone(),
            base: rates.base.as_str().to_owned(),
        },
        reputation: ReputationRules {
            version: VERSION.to_owned(),
            parameters: parameters.into_iter().collect::<BTreeMap<_, _>>(),
        },
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "constants of a few hundred at most"
)]
fn percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

/// The parts of a setting that are not the same, by name.
fn differing(before: &Value, now: &Value) -> Vec<String> {
    let names = now.as_object().into_iter().flatten().map(|(name, _)| name);
    names.filter(|name| before.get(name.as_str()) != now.get(name.as_str())).cloned().collect()
}

fn parse(setting: &str) -> Result<Value, Failure> {
    serde_json::from_str(setting).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Failure {
    Failure::unreadable("the inputs of the ranking", error)
}
