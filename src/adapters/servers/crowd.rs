//! Several connections at once: how many a server greets.

use super::connect;
use super::talk::{Broken, Talk};
use super::watching::Roots;
use crate::app::port::Visit;
use crate::dns::NotKnown;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How long each may take to be greeted or refused.
const EACH: Duration = Duration::from_secs(8);

/// Opens so many, holds all until each had its answer, and counts those that were greeted.
pub(super) async fn greeted(
    visit: &Visit,
    count: usize,
    roots: &Arc<Roots>,
) -> Result<usize, NotKnown> {
    let all_answered = Arc::new(Barrier::new(count));
    let mut running = JoinSet::new();
    for _ in 0..count {
        let (visit, roots, all_answered) = (visit.clone(), roots.clone(), all_answered.clone());
        running.spawn(async move {
            let held = tokio::time::timeout(EACH, one(&visit, &roots)).await;
            // A connection that goes before the others came would make room for them.
            all_answered.wait().await;
            matches!(held, Ok(Ok(_)))
        });
    }
    let mut greeted = 0;
    while let Some(done) = running.join_next().await {
        greeted += usize::from(matches!(done, Ok(true)));
    }
    match greeted {
        0 => Err(NotKnown::TurnedAway),
        some => Ok(some),
    }
}

/// A connection that was greeted; it ends with the value.
async fn one(visit: &Visit, roots: &Roots) -> Result<Box<dyn Send>, Broken> {
    let tcp = connect(&visit.at).await.map_err(|_| Broken)?;
    if visit.place.service.is_implicit() {
        let (tls, _) = roots.look(tcp, &visit.place.host).await.ok_or(Broken)?;
        let mut talk = Talk::new(tls);
        if talk.reply().await?.code != 220 {
            return Err(Broken);
        }
        return Ok(Box::new(talk));
    }
    let mut talk = Talk::new(tcp);
    if talk.reply().await?.code != 220 {
        return Err(Broken);
    }
    Ok(Box::new(talk))
}
