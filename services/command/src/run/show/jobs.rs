//! Jobs.

use serde_json::Value;

use super::{PAY, PLACE, TITLE, allowed, count, life, people, place, signed, with_next};
use crate::pay;
use crate::terminal::table::{Card, Table};
use hanse_client::json::Read as _;

pub(in crate::run) fn jobs(page: &Value) -> String {
    let mut table =
        Table::new(&[("TITLE", TITLE), ("PAY", PAY), ("PLACE", PLACE), ("HOME", PLACE), ("ID", None)]);
    for job in page.list("/items") {
        table.row([
            job.text("/title").to_owned(),
            pay::show(job.pointer("/pay")),
            place(job.pointer("/place")),
            job.text("/home").to_owned(),
            job.text("/id").to_owned(),
        ]);
    }
    with_next(table.render("Nothing found."), page)
}

/// One's own jobs, whose home one knows and whose state one does not.
pub(in crate::run) fn own_jobs(page: &Value) -> String {
    let mut table =
        Table::new(&[("STATE", None), ("TITLE", TITLE), ("PAY", PAY), ("EXPIRES", None), ("ID", None)]);
    for job in page.list("/items") {
        table.row([
            job.text("/state").to_owned(),
            job.text("/title").to_owned(),
            pay::show(job.pointer("/pay")),
            life::day(job.text("/expires_at")).to_owned(),
            job.text("/id").to_owned(),
        ]);
    }
    with_next(table.render("You have posted no such job: hanse job post --title … --text …"), page)
}

pub(in crate::run) fn job(view: &Value) -> String {
    Card::default()
        .with("title", view.text("/title"))
        .with("id", view.text("/id"))
        .with("state", view.text("/state"))
        .with("closed because", view.text("/closed_because"))
        .with("repeats", view.text("/predecessor"))
        .with("client", view.text("/client"))
        .each("who", people::client(view))
        .with("home", view.text("/home"))
        .with("signed", &signed(view.text("/custody")))
        .with("pay", &pay::show(view.pointer("/pay")))
        .with("place", &place(view.pointer("/place")))
        .with("from", view.text("/schedule/start"))
        .with("until", view.text("/schedule/end"))
        .with("hours a week", &count(view.number("/hours_per_week")))
        .with("seats", &count(view.number("/seats")))
        .with("languages", &view.texts("/languages").join(", "))
        .with("skills", &view.texts("/skills").join(", "))
        .with("posted", view.text("/posted_at"))
        .with("version", &version(view))
        .with("expires", view.text("/expires_at"))
        .with("by itself", &life::by_itself(view))
        .each("it asks", numbered(&view.texts("/questions")))
        .each("you can", possible(view))
        .text(view.text("/text"))
        .render()
}

/// What can be done with a job; whoever can do nothing with an open one itself can bid on it.
fn possible(view: &Value) -> Vec<String> {
    let commands = allowed(view);
    if !commands.is_empty() || view.text("/state") != "open" {
        return commands;
    }
    let answers = " --answer …".repeat(view.list("/questions").len());
    vec![format!("hanse bid {} --text …{answers}", view.text("/id"))]
}

/// Which version of a posting it is, where there was another one.
fn version(view: &Value) -> String {
    match view.number("/version") {
        0 | 1 => String::new(),
        version => format!("{version}, {}", view.text("/posting")),
    }
}

fn numbered(questions: &[&str]) -> Vec<String> {
    (1..).zip(questions).map(|(number, question)| format!("{number}  {question}")).collect()
}
