//! How many statements a piece of work runs. A request or a reaction whose number grows with the data is a mistake that no small
//! database shows; a number does.

use std::cell::Cell;
use std::future::Future;

tokio::task_local! {
    static STATEMENTS: Cell<u64>;
}

/// Runs some work and says how many statements its own task ran for it. Tasks that it starts count for themselves.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u64) {
    let count = async {
        let done = work.await;
        (done, STATEMENTS.with(Cell::get))
    };
    let (done, statements) = STATEMENTS.scope(Cell::new(0), count).await;
    // Whoever counts around this counts these too.
    ran(statements);
    (done, statements)
}

/// Counts statements for the work of this task, if anybody counts: those of a task that it has waited for, too.
pub fn ran(statements: u64) {
    // Outside of any count there is nobody to tell.
    let _nobody = STATEMENTS.try_with(|count| count.set(count.get().saturating_add(statements)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_counted_within_is_counted_around_it() {
        ran(1);
        let (within, around) = counted(async {
            ran(2);
            counted(async { ran(3) }).await.1
        })
        .await;
        assert_eq!((within, around), (3, 5));
    }
}
