use hanse_document::code::Currency;
use hanse_document::kind::{Money, Pay, Per};
use hanse_matching::money::{Compared, Price, fit};
use proptest::prelude::*;

use crate::support::rates;

fn convert(amount: u64, currency: &str) -> Option<u64> {
    rates().convert(amount, &Currency::parse(currency).unwrap())
}

fn money(floor: Option<u64>, figure: u64) -> Price {
    Price::Money { per: Per::Hour, floor, figure: Some(figure) }
}

#[test]
fn currencies_meet_in_the_base() {
    assert_eq!(convert(5_000, "EUR"), Some(5_000));
    assert_eq!(convert(5_500, "USD"), Some(5_000), "55 dollars at 1.10");
    assert_eq!(convert(8_000, "JPY"), Some(5_000), "8,000 yen at 160, without a minor unit");
    assert_eq!(convert(1, "GBP"), None, "not in the table");
    assert_eq!(convert(1, "XXB"), None, "a rate of nothing");
    assert_eq!(convert(u64::MAX, "XXA"), None, "out of all proportion");
}

#[test]
fn a_price_without_a_rate_is_not_compared() {
    let pay = Pay::Money(Money::new(Currency::parse("GBP").unwrap(), None, Some(100), Per::Hour).unwrap());
    assert_eq!(Price::compare(Price::of(&pay, &rates()), money(None, 5)), Compared::Unstated);
}

#[test]
fn a_range_has_a_floor_and_one_figure_has_none() {
    let pay = |min, max| {
        Price::of(
            &Pay::Money(Money::new(Currency::parse("EUR").unwrap(), min, max, Per::Hour).unwrap()),
            &rates(),
        )
    };
    assert_eq!(pay(Some(10), Some(20)), money(Some(10), 20));
    assert_eq!(pay(Some(10), None), money(None, 10));
    assert_eq!(pay(None, Some(20)), money(None, 20));
}

#[test]
fn kinds_meet_their_own_kind_only() {
    let hours = |hours| Price::TimeCredits { hours };
    assert_eq!(Price::compare(Price::Barter, Price::Barter), Compared::Unstated, "only the two can price it");
    assert_eq!(
        Price::compare(hours(Some(10)), hours(Some(8))),
        Compared::Both { asked: 10, paid: 8, below_floor: false }
    );
    assert_eq!(Price::compare(hours(None), hours(Some(8))), Compared::Unstated);
    assert_eq!(Price::compare(money(None, 1), Price::Barter), Compared::OtherKind);
    assert_eq!(Price::compare(hours(None), money(None, 1)), Compared::OtherKind);
    let project = Price::Money { per: Per::Project, floor: None, figure: Some(1) };
    assert_eq!(Price::compare(money(None, 1), project), Compared::Unstated, "an hour is no project");
}

#[test]
fn a_tenth_above_the_budget() {
    assert_eq!(fit(100, 100), 1.0);
    assert!((fit(110, 100) - (-0.2_f64).exp()).abs() < 1e-12);
    assert_eq!(fit(u64::MAX, 0), 0.0);
}

proptest! {
    #[test]
    fn asking_more_never_fits_better(asked in any::<u64>(), more in any::<u64>(), paid in any::<u64>()) {
        let (less, more) = (asked.min(more), asked.max(more));
        prop_assert!(fit(less, paid) >= fit(more, paid));
        prop_assert!((0.0..=1.0).contains(&fit(more, paid)));
    }
}
