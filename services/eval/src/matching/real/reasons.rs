//! Lists as their clients read them: who is shown, and why.

use hanse_document::Rejection;
use hanse_matching::explain::explain;
use hanse_matching::query::Query;
use hanse_matching::rank::exhaustive;
use hanse_matching::sentence;
use hanse_matching::text::TextLanguage;

use super::product::Product;
use super::set::{Ad, Grades};

/// The places that are shown.
const PLACES: usize = 5;

/// The first places of an ad's list with the reasons for each, in the ad's language, and what the judges said of them.
pub(crate) fn lines(
    product: &Product<'_>,
    ad: &Ad,
    chosen: bool,
    grades: &Grades,
) -> Result<Vec<String>, Rejection> {
    let job = product.job(ad, chosen)?;
    let query = Query::new(&job, product.setting);
    let ranking = exhaustive(&query, product.people.iter().map(|(person, _)| person));
    let given = if chosen { ad.skills.join(", ") } else { "no skills".to_owned() };
    let mut lines = vec![format!("# {} {} ({given})", ad.id, ad.title)];
    for (ranked, place) in ranking.iter().take(PLACES).zip(1..) {
        let Some((person, own)) = product.people.iter().find(|(person, _)| person.id == ranked.id) else {
            continue;
        };
        let grade = grades.get(&ad.id).and_then(|of_ad| of_ad.get(&own.id)).copied().unwrap_or(0.0);
        let said = if grade >= 1.5 {
            "good"
        } else if grade >= 0.5 {
            "acceptable"
        } else {
            "bad"
        };
        lines.push(format!("{place}. [{said}] {}", own.headline));
        let explanation = explain(&query, &ranking, person, ranked);
        let language = if ad.language == "fr" { TextLanguage::French } else { TextLanguage::English };
        lines
            .extend(sentence::sentences(&explanation, language).into_iter().map(|line| format!("   {line}")));
    }
    Ok(lines)
}
