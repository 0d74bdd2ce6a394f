//! What a slow resolver answers. With a dead name server before a living one each answer takes five
//! seconds (glibc), which is all the time that a connection has: it came too late, every time.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// A resolver that takes longer is slow.
const SLOW: Duration = Duration::from_secs(1);

/// A name and its addresses.
type Answer = (String, Vec<SocketAddr>);
/// A name and, as soon as they are known, its addresses or why there are none.
type Question = (String, watch::Receiver<Option<Found>>);
/// What a lookup ends with.
type Found = Result<Vec<SocketAddr>, String>;

/// The question that the resolver was asked last, and the last answer of one that is slow.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    asked: Arc<Mutex<Option<Question>>>,
    known: Arc<Mutex<Option<Answer>>>,
    came_too_late: Arc<AtomicBool>,
}

impl Answers {
    /// The addresses of `name`: what a slow resolver answered last, while it is asked again; else
    /// what `lookup` finds. That goes on when nobody waits for it any longer, and is what the next
    /// one waits for who wants to know.
    pub(super) async fn of(
        &self,
        name: String,
        lookup: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    ) -> io::Result<Vec<SocketAddr>> {
        let known = self.known(&name);
        let mut answer = self.ask(name, lookup);
        if let Some(addresses) = known {
            return Ok(addresses);
        }
        // So it stays if this is given up before there is an answer.
        self.came_too_late.store(true, Ordering::Relaxed);
        let found = answer.wait_for(Option::is_some).await;
        self.came_too_late.store(false, Ordering::Relaxed);
        let found = found.map_err(io::Error::other)?.clone();
        found.unwrap_or_else(|| Ok(Vec::new())).map_err(io::Error::other)
    }

    /// Whether whoever waited last went away without an answer; to be asked once.
    pub(super) fn came_too_late(&self) -> bool {
        self.came_too_late.swap(false, Ordering::Relaxed)
    }

    /// Asks the resolver, unless it is still at it.
    fn ask(
        &self,
        name: String,
        lookup: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    ) -> watch::Receiver<Option<Found>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, answer)) = &*asked
            && *of == name
            && answer.has_changed().is_ok()
        {
            return answer.clone();
        }
        let (sender, answer) = watch::channel(None);
        *asked = Some((name.clone(), answer.clone()));
        let answers = self.clone();
        tokio::spawn(async move {
            let begin = Instant::now();
            let found = lookup.await;
            let is_slow = begin.elapsed() >= SLOW;
            let late = found.as_ref().ok().filter(|_| is_slow);
            answers.keep(late.map(|addresses| (name, addresses.clone())));
            sender.send_replace(Some(found.map_err(|error| error.to_string())));
        });
        answer
    }

    fn known(&self, name: &str) -> Option<Vec<SocketAddr>> {
        let known = self.known.lock().ok()?;
        known.as_ref().filter(|(of, _)| of == name).map(|(_, addresses)| addresses.clone())
    }

    fn keep(&self, answer: Option<Answer>) {
        if let Ok(mut known) = self.known.lock() {
            *known = answer;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::{sleep, timeout};

    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn at(port: u16) -> Vec<SocketAddr> {
        vec![SocketAddr::from(([192, 0, 2, 1], port))]
    }

    async fn asked(
        answers: &Answers,
        name: &str,
        lookup: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    ) -> Option<Vec<SocketAddr>> {
        timeout(S(5), answers.of(name.to_owned(), lookup)).await.ok()?.ok()
    }

    async fn slow() -> io::Result<Vec<SocketAddr>> {
        sleep(S(6)).await;
        Ok(at(1))
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_too_late_serves_the_next_attempt() {
        let answers = Answers::default();
        assert_eq!(asked(&answers, "a", slow()).await, None);
        sleep(S(2)).await;
        assert_eq!(asked(&answers, "a", pending()).await, Some(at(1)));
        assert_eq!(asked(&answers, "b", pending()).await, None, "it is about another name");
    }

    #[tokio::test(start_paused = true)]
    async fn a_resolver_that_is_quick_again_is_believed_anew_each_time() {
        let answers = Answers::default();
        assert_eq!(asked(&answers, "a", slow()).await, None);
        sleep(S(2)).await;
        assert_eq!(asked(&answers, "a", ready(Ok(at(2)))).await, Some(at(1)));
        sleep(S(1)).await;
        assert_eq!(asked(&answers, "a", ready(Ok(at(3)))).await, Some(at(3)));
        assert_eq!(asked(&answers, "a", ready(Err(io::Error::other("none")))).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_resolver_is_not_asked_again_while_it_is_at_it() {
        let answers = Answers::default();
        assert!(!answers.came_too_late());
        assert_eq!(asked(&answers, "a", slow()).await, None);
        assert!(answers.came_too_late());
        assert_eq!(asked(&answers, "a", ready(Ok(at(2)))).await, Some(at(1)));
        assert!(!answers.came_too_late());
    }
}
