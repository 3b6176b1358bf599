//! Money from several trees at once.

use super::Cost;
use super::account::Budget;
use super::hold::Hold;
use super::refusal::Refusal;

/// Sets the same amount aside on all of these accounts, none of which is above another.
///
/// It waits for one account at a time, and holds nothing meanwhile.
pub(crate) async fn reserve(
    accounts: &[Budget],
    least: Cost,
    most: Cost,
) -> Result<Vec<Hold>, Refusal> {
    let Some(mut first) = accounts.first() else { return Ok(Vec::new()) };
    loop {
        let hold = first.reserve(least, most).await?;
        let amount = hold.amount();
        let mut holds = vec![hold];
        let others = accounts.iter().filter(|account| !account.is_under(first));
        match others.map(|account| (account, account.try_reserve(amount))).try_for_each(
            |(account, hold)| match hold {
                Ok(hold) => {
                    holds.push(hold);
                    Ok(())
                }
                Err(_) => Err(account),
            },
        ) {
            Ok(()) => return Ok(holds),
            Err(short) => first = short,
        }
    }
}

/// The same where there is to be no wait.
pub(crate) fn try_reserve(accounts: &[Budget], amount: Cost) -> Result<Vec<Hold>, Refusal> {
    accounts.iter().map(|account| account.try_reserve(amount)).collect()
}
