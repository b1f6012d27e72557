//! Codes that are good once.

use hanse_account::operator;
use hanse_api::requests::{ResetLetterRequest, ResetRequest};

use super::*;

async fn reset(home: &Home, handle: &str, code: &str, password: &str) -> Result<(), UseError> {
    let (handle, code, password) = (handle.to_owned(), code.to_owned(), password.to_owned());
    home.engine.accounts().reset_password(ResetRequest { handle, code, password }).await
}

async fn ask(home: &Home, handle: Option<&str>, email: Option<&str>) {
    let request = ResetLetterRequest { handle: handle.map(str::to_owned), email: email.map(str::to_owned) };
    let meant = home.engine.accounts().meant(request).unwrap();
    home.engine.accounts().send_reset_letters(&meant).await.unwrap();
}

const WRONG: Refusal = Refusal::Account(AccountRefusal::WrongCode);

#[tokio::test]
async fn a_recovery_code_sets_a_new_password_once() {
    let home = Home::new('a', &[]).await;
    let accounts = home.engine.accounts();
    let register = |handle: &str| Register { handle: handle.to_owned(), password: PASSWORD.to_owned() };
    let ada = accounts.register(register("ada")).await.unwrap();
    let ben = accounts.register(register("ben")).await.unwrap();
    assert_eq!(ada.recovery_codes.len(), 8);
    let session = login(&home, "ada", PASSWORD).await.unwrap();
    let code = &ada.recovery_codes[0];
    let malformed = refusal(reset(&home, "ada", "1234", NEW).await);
    assert!(matches!(malformed, Refusal::BadField { field: "code", .. }), "{malformed:?}");
    assert!(matches!(refusal(reset(&home, "ada", code, "short").await), Refusal::BadField { .. }));
    for (handle, code) in [("ada", &ben.recovery_codes[0]), ("nobody-here", code), ("Ada L", code)] {
        assert_eq!(refusal(reset(&home, handle, code, NEW).await), WRONG, "{handle}");
    }
    assert!(lives(&home, &session).await, "what was refused ended nothing");
    // As it is typed from paper.
    reset(&home, "ada", &format!(" {} ", code.to_uppercase().replace('-', " ")), NEW).await.unwrap();
    assert!(!lives(&home, &session).await);
    assert_eq!(refusal(login(&home, "ada", PASSWORD).await), Refusal::BadCredentials);
    login(&home, "ada", NEW).await.unwrap();
    assert_eq!(refusal(reset(&home, "ada", code, PASSWORD).await), WRONG, "it is used up");

    let did = Did::parse(&ada.person.did).unwrap();
    let wrong = accounts.new_recovery_codes(&did, PASSWORD).await.map(drop);
    assert_eq!(refusal(wrong), Refusal::Account(AccountRefusal::WrongPassword));
    let fresh = accounts.new_recovery_codes(&did, NEW).await.unwrap().recovery_codes;
    assert_eq!(refusal(reset(&home, "ada", &ada.recovery_codes[1], PASSWORD).await), WRONG, "void");
    reset(&home, "ada", &fresh[7], PASSWORD).await.unwrap();
}

#[tokio::test]
async fn no_code_stands_in_the_database() {
    let home = Home::new('a', &[]).await;
    let register = Register { handle: "ada".to_owned(), password: PASSWORD.to_owned() };
    let ada = home.engine.accounts().register(register).await.unwrap();
    let connection = home.engine.store().connection().await.unwrap();
    let row =
        connection.query_one("SELECT string_agg(account_code::text, ' ') AS all FROM account_code", &[]);
    let all: String = column(&row.await.unwrap(), "account_code", "all").unwrap();
    for code in &ada.recovery_codes {
        let letters = code.replace('-', "");
        let hex: String = letters.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!all.contains(code) && !all.contains(&letters) && !all.contains(&hex));
    }
}

#[tokio::test]
async fn an_operators_code_is_good_for_a_day_and_the_newest_alone() {
    let home = Home::new('a', &[]).await;
    home.register("ada").await;
    let (store, keys) = (home.engine.store(), home.engine.keys());
    let make = async |handle: &str| operator::reset(store, keys, handle, home.engine.now()).await;
    assert_eq!(refusal(make("ben").await), Refusal::NotFound("account"));
    let (old, newer) = (make("ada").await.unwrap(), make("ada").await.unwrap());
    assert_eq!(refusal(reset(&home, "ada", &old, NEW).await), WRONG);
    reset(&home, "ada", &newer, NEW).await.unwrap();
    let late = make("ada").await.unwrap();
    home.clock.advance(DAY);
    assert_eq!(refusal(reset(&home, "ada", &late, PASSWORD).await), WRONG);
    let (one, two) = (login(&home, "ada", NEW).await.unwrap(), login(&home, "ada", NEW).await.unwrap());
    assert_eq!(operator::end_logins(store, "ada", home.engine.now()).await.unwrap(), 2);
    assert!(!lives(&home, &one).await && !lives(&home, &two).await);
}

#[tokio::test]
async fn an_address_is_ones_own_once_its_code_is_given() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let accounts = home.engine.accounts();
    let put = |address: Option<&str>, password: &str| {
        let request = EmailRequest { address: address.map(str::to_owned), password: password.to_owned() };
        let ada = &ada;
        async move { accounts.put_email(ada, request).await }
    };
    assert!(matches!(refusal(put(Some("ada"), PASSWORD).await), Refusal::BadField { field: "address", .. }));
    let wrong = refusal(put(Some("ada@mail.example"), NEW).await);
    assert_eq!(wrong, Refusal::Account(AccountRefusal::WrongPassword));
    assert_eq!(put(Some("ada@mail.example"), PASSWORD).await.unwrap(), Address::Asked);
    assert_eq!(refusal(accounts.email(&ada).await), Refusal::NotFound("address"), "not before the code");
    ask(&home, Some("ada"), None).await;
    let sent = letters(&home).await;
    assert_eq!((sent.len(), sent[0].0.as_str()), (1, "ada@mail.example"), "nothing is sent to a mere claim");
    assert_eq!(refusal(accounts.verify_email(&ben, &code(&sent[0])).await), WRONG, "another's code");
    assert_eq!(accounts.verify_email(&ada, &code(&sent[0])).await.unwrap().address, "ada@mail.example");
    assert_eq!(refusal(accounts.verify_email(&ada, &code(&sent[0])).await), WRONG, "once");

    put(Some("new@mail.example"), PASSWORD).await.unwrap();
    assert_eq!(accounts.email(&ada).await.unwrap().address, "ada@mail.example", "until the new one is shown");
    let code = code(letters(&home).await.last().unwrap());
    home.clock.advance(DAY);
    assert_eq!(refusal(accounts.verify_email(&ada, &code).await), WRONG, "a day old");
    for _ in 0..5 {
        put(Some("new@mail.example"), PASSWORD).await.unwrap();
    }
    let over = refusal(put(Some("new@mail.example"), PASSWORD).await);
    assert_eq!((over.slug(), over.status()), ("too-many-letters", 429));
    assert_eq!(put(None, PASSWORD).await.unwrap(), Address::Removed);
    assert_eq!(letters(&home).await.last().unwrap().0, "ada@mail.example", "whoever had it is told");
    assert_eq!(refusal(accounts.email(&ada).await), Refusal::NotFound("address"));
}

#[tokio::test]
async fn a_code_in_a_letter_sets_a_new_password_within_the_hour() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    write_to(&home, &ada, "ada@mail.example").await;
    write_to(&home, &ben, "Ada@mail.example").await;
    let before = letters(&home).await.len();
    ask(&home, Some("nobody-here"), None).await;
    ask(&home, None, Some("nobody@mail.example")).await;
    assert_eq!(letters(&home).await.len(), before);
    ask(&home, Some("ada"), None).await;
    let mine = letters(&home).await.split_off(before);
    assert_eq!((mine.len(), mine[0].0.as_str()), (1, "ada@mail.example"));
    home.clock.advance(3_600);
    assert_eq!(refusal(reset(&home, "ada", &code(&mine[0]), NEW).await), WRONG, "an hour old");
    // By the address, whoever has it: a letter for each account.
    ask(&home, None, Some("ADA@mail.example")).await;
    let both = letters(&home).await.split_off(before + 1);
    assert_eq!(both.len(), 2);
    assert_eq!(
        refusal(reset(&home, "ben", &code(&both[0]), NEW).await),
        WRONG,
        "a letter is for one account"
    );
    reset(&home, "ada", &code(&both[0]), NEW).await.unwrap();
    reset(&home, "ben", &code(&both[1]), NEW).await.unwrap();
    let told = letters(&home).await.split_off(before + 3);
    assert_eq!(told.len(), 2, "both are told that it was changed");
    for _ in 0..10 {
        ask(&home, Some("ada"), None).await;
    }
    assert_eq!(letters(&home).await.len() - before - 5, 5, "five a day, whoever asks");
    let neither = home.engine.accounts().meant(ResetLetterRequest { handle: None, email: None });
    assert!(matches!(neither, Err(Refusal::BadField { field: "handle", .. })));
    home.clock.advance(4 * DAY);
    home.engine.accounts().clean().await.unwrap();
    assert_eq!(letters(&home).await, [], "what found no way is forgotten");
}
