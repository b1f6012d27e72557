use super::*;

/// With lists of every shape, seats and shortages.
#[test]
fn no_pair_blocks_whatever_the_lists() {
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..200 {
        let lists: Vec<Wanted> = (0..8_u8)
            .map(|job| {
                let mut list: Vec<Liked> = (0..10_u8)
                    .filter_map(|person| {
                        let (listed, score) = (random(3) > 0, usize::try_from(random(4)).unwrap());
                        listed.then(|| Liked {
                            person: [person; 32],
                            score: [0.6, 0.7, 0.7, 0.9][score],
                            tie: [job.wrapping_mul(37) ^ person.wrapping_mul(101); 32],
                        })
                    })
                    .collect();
                list.sort_by(better);
                Wanted { job: [job; 32], seats: usize::try_from(random(3)).unwrap(), list }
            })
            .collect();
        let pairs = pairs(&lists);
        let held = |job: &Wanted| pairs.get(&job.job).cloned().unwrap_or_default();
        let liked =
            |job: &Wanted, person: [u8; 32]| *job.list.iter().find(|liked| liked.person == person).unwrap();
        for job in &lists {
            assert!(held(job).len() <= job.seats);
            for own in job.list.iter().filter(|liked| !held(job).contains(&liked.person)) {
                let theirs: Vec<Liked> = lists
                    .iter()
                    .filter(|other| held(other).contains(&own.person))
                    .map(|other| liked(other, own.person))
                    .collect();
                assert!(theirs.len() <= OF_PERSON);
                let rather = |other: &Liked| better(own, other) == Ordering::Less;
                let person_would = theirs.len() < OF_PERSON || theirs.iter().any(rather);
                let job_would = job.seats > 0
                    && (held(job).len() < job.seats
                        || held(job).iter().any(|person| rather(&liked(job, *person))));
                assert!(!(job_would && person_would));
            }
        }
    }
}

#[test]
fn one_client_takes_a_bounded_part_of_a_night_and_another_one_each_night() {
    let client = |letter: u8| Did::of(&hanse_document::SigningKey::from_seed([letter; 32]).public());
    let row = |n: usize, letter: u8, free: i64| {
        let mut id = [letter; 32];
        id[..8].copy_from_slice(&n.to_be_bytes());
        OpenRow { id, client: client(letter), free }
    };
    let mut open: Vec<OpenRow> = (0..OF_CLIENT_MAX * 3).map(|n| row(n, 1, 1)).collect();
    open.extend([row(0, 2, 100), row(1, 2, 0), row(2, 2, -1)]);
    let night = chosen(open.clone(), 1);
    let of = |letter: u8| {
        night.iter().filter(|(id, _)| id[31] == letter).map(|(_, seats)| *seats).collect::<Vec<_>>()
    };
    assert_eq!(of(1), [1; OF_CLIENT_MAX]);
    assert_eq!(of(2), [OF_JOB_MAX], "no more than are talked to, and none without a free seat");
    assert_eq!(chosen(open.clone(), 1), night);
    assert_ne!(chosen(open, 2), night);
    let many: Vec<OpenRow> = (0..JOBS_MAX + 100)
        .map(|n| OpenRow { client: client(u8::try_from(n % 251).unwrap()), ..row(n, 3, 1) })
        .collect();
    assert_eq!(chosen(many, 1).len(), JOBS_MAX.min(251 * OF_CLIENT_MAX));
}
