//! Tables of exchange rates: the European Central Bank's files, and our own form.

use std::collections::BTreeMap;

use hanse_document::Timestamp;
use hanse_document::code::Currency;
use hanse_document::time::Date;
use hanse_matching::money::{Rate, RateTable};
use hanse_matching::taxonomy::{CsvError, Rows};

use super::built_in;

/// The most bytes of a file: the Bank's whole history since 1999 has 1 MiB.
pub const RATES_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most currencies: ISO 4217 has fewer than 200.
const CURRENCIES_MAX: usize = 400;
/// The longest name of a source.
const SOURCE_CHARS_MAX: usize = 200;
/// The most digits of a minor unit in ISO 4217.
const DIGITS_MAX: u8 = 4;
/// Digits behind the point that are kept: those of a millionth. The Bank publishes up to five.
const POINT_DIGITS: usize = 6;
/// The most digits before the point: no currency comes near a trillion for a euro.
const WHOLE_DIGITS_MAX: usize = 12;
/// How far a clock may be behind the day of a table.
const AHEAD_DAYS: u32 = 1;
/// Who publishes the Bank's files.
const BANK: &str = "European Central Bank, euro foreign exchange reference rates";
/// The first day that a document can have.
const FIRST_DAY: &str = "2020-01-01";

/// Why a table is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RatesError {
    /// Larger than any such file.
    #[error("the file is larger than {} MiB", RATES_BYTES_MAX >> 20)]
    TooLarge,
    /// The bytes are no text.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// Not our form.
    #[error("the file is not a table of rates in JSON")]
    Json(#[source] serde_json::Error),
    /// Neither JSON nor a table.
    #[error("the file is neither JSON nor comma-separated values")]
    Csv(#[from] CsvError),
    /// The first row is not the Bank's.
    #[error("the first row must be `Date` and currency codes, as in eurofxref.csv")]
    Header,
    /// A row whose day cannot be read.
    #[error("row {0} begins with no date such as 2026-11-24 or `24 November 2026`")]
    Day(u32),
    /// A rate that is no number.
    #[error("`{rate}` is no rate of {currency}: a decimal number above zero")]
    Rate {
        /// The currency.
        currency: String,
        /// What stands there.
        rate: String,
    },
    /// No row, or no rate in it.
    #[error("the table has no rates")]
    Empty,
    /// Nonsense in our form.
    #[error("{0}")]
    Form(&'static str),
    /// A day that has not come.
    #[error("the table is dated {0}, which has not come yet")]
    Future(Date),
}

/// Reads a table: our JSON, or the Bank's daily or historical file, of which the newest day counts.
///
/// # Errors
/// [`RatesError`].
pub fn read_rates(bytes: &[u8]) -> Result<RateTable, RatesError> {
    if bytes.len() > RATES_BYTES_MAX {
        return Err(RatesError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| RatesError::NotText)?;
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(RatesError::Json);
    }
    bank(text)
}

/// The table, if nothing in it is nonsense; with what is fixed for ever, where the base is the euro.
pub(super) fn checked(mut table: RateTable, now: Timestamp) -> Result<RateTable, RatesError> {
    if table.date.day() > now.day().saturating_add(AHEAD_DAYS) {
        return Err(RatesError::Future(table.date));
    }
    let source = table.source.chars().count();
    if source == 0 || source > SOURCE_CHARS_MAX || table.source.chars().any(char::is_control) {
        return Err(RatesError::Form("`source` must be 1 to 200 printable characters"));
    }
    if table.rates.is_empty() {
        return Err(RatesError::Empty);
    }
    if table.rates.len() > CURRENCIES_MAX {
        return Err(RatesError::Form("there are more than 400 currencies"));
    }
    for (currency, rate) in &table.rates {
        if Currency::parse(currency).is_err() || *currency == table.base.as_str() {
            return Err(RatesError::Form("each rate must be of a three-letter currency other than the base"));
        }
        if rate.micro == 0 || rate.digits > DIGITS_MAX {
            return Err(RatesError::Form(
                "a rate must be above zero, and have at most 4 digits of a minor unit",
            ));
        }
    }
    let fixed: RateTable = serde_json::from_str(built_in::RATES).map_err(RatesError::Json)?;
    if table.base == fixed.base {
        for (currency, rate) in fixed.rates {
            table.rates.entry(currency).or_insert(rate);
        }
    }
    Ok(table)
}

fn bank(text: &str) -> Result<RateTable, RatesError> {
    let mut rows = Rows::new(text);
    let header = rows.next().transpose()?.unwrap_or_default();
    let (first, codes) = header.split_first().ok_or(RatesError::Header)?;
    let codes: Vec<&str> = codes.iter().map(|code| code.trim()).collect();
    let code = |code: &&str| code.is_empty() || Currency::parse(code).is_ok();
    if first.trim() != "Date" || !codes.iter().all(code) || codes.iter().all(|code| code.is_empty()) {
        return Err(RatesError::Header);
    }
    let mut newest: Option<(Date, Vec<String>)> = None;
    for (row, number) in rows.zip(2_u32..) {
        let row = row?;
        let Some((day, rates)) = row.split_first().filter(|(day, _)| !day.trim().is_empty()) else {
            continue;
        };
        let Some(day) = day_of(day.trim()) else {
            if is_before_all(day.trim()) {
                continue;
            }
            return Err(RatesError::Day(number));
        };
        if newest.as_ref().is_none_or(|(other, _)| *other < day) {
            newest = Some((day, rates.to_vec()));
        }
    }
    let (date, row) = newest.ok_or(RatesError::Empty)?;
    let mut rates = BTreeMap::new();
    for (code, rate) in codes.iter().zip(&row).filter(|(code, _)| !code.is_empty()) {
        let rate = rate.trim();
        if matches!(rate, "" | "N/A") {
            continue;
        }
        let refused = || RatesError::Rate { currency: (*code).to_owned(), rate: rate.to_owned() };
        let micro = micro_of(rate).ok_or_else(refused)?;
        rates.insert((*code).to_owned(), Rate { micro, digits: digits_of(code) });
    }
    let base = Currency::parse("EUR").map_err(|_| RatesError::Header)?;
    Ok(RateTable { date, source: BANK.to_owned(), base, rates })
}

/// Decimal digits of the minor unit of a code that was read before.
fn digits_of(code: &str) -> u8 {
    Currency::parse(code).map_or(2, |currency| currency.minor_digits())
}

/// Whether it is a day of the Bank's history that no document can be dated: those count for nothing.
fn is_before_all(text: &str) -> bool {
    let form = |(place, byte): (usize, u8)| {
        if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    text.len() == FIRST_DAY.len() && text.bytes().enumerate().all(form) && text < FIRST_DAY
}

/// `2026-11-24` or `24 November 2026`.
fn day_of(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    if let Ok(date) = Date::parse(text) {
        return Some(date);
    }
    let [day, month, year] = <[&str; 3]>::try_from(text.split(' ').collect::<Vec<_>>()).ok()?;
    let month = MONTHS.iter().position(|name| *name == month)?.checked_add(1)?;
    Date::parse(&format!("{year}-{month:02}-{:02}", day.parse::<u8>().ok()?)).ok()
}

/// Millionths of a decimal number above zero; digits beyond them are cut.
fn micro_of(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > WHOLE_DIGITS_MAX {
        return None;
    }
    let kept: String = fraction.chars().chain("000000".chars()).take(POINT_DIGITS).collect();
    format!("{whole}{kept}").parse().ok().filter(|micro| *micro > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAILY: &str = "Date, USD, JPY, ISK, HRK, \n24 November 2026, 1.0812, 163.22, 150.1, N/A, \n";

    fn refused(text: &str) -> String {
        read_rates(text.as_bytes()).unwrap_err().to_string()
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-24T10:00:00Z").unwrap()
    }

    #[test]
    fn the_banks_daily_file() {
        let table = read_rates(DAILY.as_bytes()).unwrap();
        assert_eq!(table.date.to_string(), "2026-11-24");
        assert_eq!(table.rates["USD"], Rate { micro: 1_081_200, digits: 2 });
        assert_eq!(table.rates["JPY"], Rate { micro: 163_220_000, digits: 0 });
        assert_eq!(table.rates.len(), 3, "N/A is no rate");
        let dollar = Currency::parse("USD").unwrap();
        assert_eq!(table.convert(10_812, &dollar), Some(10_000));
    }

    #[test]
    fn of_the_history_the_newest_day_counts_wherever_it_stands() {
        let text = "Date,USD,\n2026-11-20,1.2,\n2026-11-23,1.1,\n2026-11-19,1.3,\n1999-01-04,1.1789,\n";
        let table = read_rates(text.as_bytes()).unwrap();
        assert_eq!((table.date.to_string().as_str(), table.rates["USD"].micro), ("2026-11-23", 1_100_000));
    }

    #[test]
    fn fixed_parities_come_along_and_our_form_reads_back() {
        let table = checked(read_rates(DAILY.as_bytes()).unwrap(), now()).unwrap();
        assert_eq!(table.rates["XOF"].micro, 655_957_000);
        let text = serde_json::to_string(&table).unwrap();
        assert_eq!(read_rates(text.as_bytes()).unwrap(), table);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(refused("").contains("first row"));
        assert!(refused("Date,USD,\n").contains("no rates"));
        assert!(refused("Date,usd\n2026-11-24,1").contains("first row"));
        assert!(refused("Date,USD\nyesterday,1").contains("row 2"));
        for rate in ["-1", "1e5", "0", "0.0000001", "1.2.3", "NaN", "1,5", "1234567890123"] {
            let text = format!("Date,USD\n2026-11-24,\"{rate}\"");
            assert!(refused(&text).contains("is no rate of USD"), "{rate}");
        }
        assert!(refused("{\"date\":\"2026-11-24\"}").contains("JSON"));
        assert!(matches!(read_rates(b"Date,\xff\n").unwrap_err(), RatesError::NotText));
        let large = vec![b' '; RATES_BYTES_MAX + 1];
        assert!(matches!(read_rates(&large).unwrap_err(), RatesError::TooLarge));
    }

    #[test]
    fn nonsense_in_our_form_is_refused() {
        let table = |change: fn(&mut RateTable)| {
            let mut table = read_rates(DAILY.as_bytes()).unwrap();
            change(&mut table);
            checked(table, now())
        };
        assert!(table(|_| {}).is_ok());
        assert!(table(|it| it.date = Date::parse("2026-11-25").unwrap()).is_ok(), "a clock may be behind");
        assert!(table(|it| it.date = Date::parse("2026-11-26").unwrap()).is_err());
        assert!(table(|it| it.source = String::new()).is_err());
        assert!(table(|it| it.rates.clear()).is_err());
        let with = |code: &str, micro, digits| {
            let mut table = read_rates(DAILY.as_bytes()).unwrap();
            table.rates.insert(code.to_owned(), Rate { micro, digits });
            checked(table, now()).is_ok()
        };
        assert!(with("GBP", 1, 4));
        assert!(!with("gbp", 1, 2) && !with("EUR", 1, 2) && !with("GBP", 0, 2) && !with("GBP", 1, 5));
    }
}
