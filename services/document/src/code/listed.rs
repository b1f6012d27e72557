//! Codes of public lists as they are today: what a person may newly say. A document needs the form alone, since lists change and a
//! document must not become invalid by that.

use crate::code::{Country, Currency};

/// ISO 4217 with a minor unit, those that another has followed lately included: contracts in them go on.
const CURRENCIES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
    CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
    HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG \
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD \
    TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL";

/// ISO 3166-1.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
    UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

impl Currency {
    /// Whether it is money of today's ISO 4217.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        CURRENCIES.split(' ').any(|code| code == self.as_str())
    }
}

impl Country {
    /// Whether it is one of today's ISO 3166-1.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        COUNTRIES.split(' ').any(|code| code == self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_those_of_the_standards() {
        for code in ["EUR", "USD", "JPY", "KWD", "XOF", "XCG", "CLF", "CHF"] {
            assert!(Currency::parse(code).unwrap().is_listed(), "{code}");
        }
        for code in ["ZZZ", "XXX", "XTS", "EUX", "XAU"] {
            assert!(!Currency::parse(code).unwrap().is_listed(), "{code}");
        }
        for code in CURRENCIES.split(' ') {
            assert!(
                iso_currency::Currency::from_code(code).is_some_and(|money| money.exponent().is_some()),
                "{code}"
            );
        }
        for code in ["FR", "SE", "TW", "PS", "AX", "ZW"] {
            assert!(Country::parse(code).unwrap().is_listed(), "{code}");
        }
        for code in ["ZZ", "EU", "UK", "XX", "AA"] {
            assert!(!Country::parse(code).unwrap().is_listed(), "{code}");
        }
        assert_eq!((COUNTRIES.split(' ').count(), CURRENCIES.split(' ').count()), (249, 169));
    }
}
