//! What people are told, as sentences: one table for all languages.

use hanse_api::words::SentenceLanguage;
use hanse_lifecycle::News;

/// Where the title of the posting stands in a sentence.
const TITLE: &str = "{title}";

/// Something that happened under a posting of this title, as a sentence.
#[must_use]
pub fn sentence(news: News, title: Option<&str>, language: SentenceLanguage) -> String {
    let Some((_, english, french)) = TEXTS.iter().find(|(of, _, _)| *of == news) else {
        return news.name().to_owned();
    };
    let text = match language {
        SentenceLanguage::En => english,
        SentenceLanguage::Fr => french,
    };
    text.replace(TITLE, title.unwrap_or("…"))
}

/// English and French.
const TEXTS: &[(News, &str, &str)] = &[
    (
        News::JobAmended,
        "The client has changed the posting “{title}”: look whether your bid or the invitation still fits.",
        "Le client a modifié l’annonce « {title} » : vérifiez que votre proposition ou l’invitation convient encore.",
    ),
    (
        News::JobPaused,
        "“{title}” takes no bids for a while. A bid that was made stays.",
        "« {title} » ne prend plus de propositions pour un temps. Une proposition faite reste.",
    ),
    (News::JobResumed, "“{title}” takes bids again.", "« {title} » prend de nouveau des propositions."),
    (
        News::JobClosed,
        "The client has ended “{title}” with places free.",
        "Le client a mis fin à « {title} » avec des places libres.",
    ),
    (
        News::JobExpired,
        "“{title}” has come to its date with places free.",
        "« {title} » est arrivée à sa date avec des places libres.",
    ),
    (
        News::JobStale,
        "Searches do not show “{title}” any more, because you were not heard of for two weeks: say that it is still to be had, or end it.",
        "Les recherches ne montrent plus « {title} », car vous n’avez rien dit depuis deux semaines : confirmez l’annonce ou mettez-y fin.",
    ),
    (News::JobFilled, "Every place of “{title}” is taken.", "Toutes les places de « {title} » sont prises."),
    (
        News::JobCompleted,
        "The last contract of “{title}” has ended.",
        "Le dernier contrat de « {title} » est terminé.",
    ),
    (
        News::InvitationReceived,
        "A client invites you to bid on “{title}”.",
        "Un client vous invite à faire une proposition pour « {title} ».",
    ),
    (
        News::InvitationAccepted,
        "Somebody whom you invited has bid on “{title}”.",
        "Une personne que vous aviez invitée a fait une proposition pour « {title} ».",
    ),
    (
        News::InvitationDeclined,
        "Somebody whom you invited does not want to bid on “{title}”.",
        "Une personne que vous aviez invitée ne souhaite pas faire de proposition pour « {title} ».",
    ),
    (
        News::InvitationRescinded,
        "The client has taken back the invitation to “{title}”.",
        "Le client a retiré l’invitation pour « {title} ».",
    ),
    (
        News::InvitationLapsed,
        "An invitation to “{title}” is over without an answer.",
        "Une invitation pour « {title} » a pris fin sans réponse.",
    ),
    (News::BidSubmitted, "A bid on “{title}” has come.", "Une proposition pour « {title} » est arrivée."),
    (
        News::BidRevised,
        "A bid on “{title}” was made anew.",
        "Une proposition pour « {title} » a été refaite.",
    ),
    (
        News::BidConfirmed,
        "A freelancer stands by a bid on “{title}” as it is now.",
        "Un indépendant maintient sa proposition pour « {title} » telle qu’elle est maintenant.",
    ),
    (
        News::BidRead,
        "The client has read your bid on “{title}”.",
        "Le client a lu votre proposition pour « {title} ».",
    ),
    (
        News::BidShortlisted,
        "Your bid on “{title}” is on the short list.",
        "Votre proposition pour « {title} » est sur la liste restreinte.",
    ),
    (
        News::BidUnshortlisted,
        "Your bid on “{title}” is off the short list, and waits like the others.",
        "Votre proposition pour « {title} » n’est plus sur la liste restreinte, et attend comme les autres.",
    ),
    (
        News::BidInterview,
        "The client of “{title}” wants to talk with you.",
        "Le client de « {title} » veut vous parler.",
    ),
    (
        News::BidDeclined,
        "The client has turned down your bid on “{title}”, with a reason.",
        "Le client a refusé votre proposition pour « {title} », avec un motif.",
    ),
    (
        News::BidWithdrawn,
        "A freelancer has taken back a bid on “{title}”.",
        "Un indépendant a retiré une proposition pour « {title} ».",
    ),
    (
        News::BidNotSelected,
        "“{title}” has ended without your bid.",
        "« {title} » a pris fin sans votre proposition.",
    ),
    (
        News::OfferReceived,
        "The client of “{title}” offers you a contract.",
        "Le client de « {title} » vous offre un contrat.",
    ),
    (
        News::OfferCountered,
        "The offer for “{title}” was answered with other terms.",
        "L’offre pour « {title} » a reçu d’autres conditions en réponse.",
    ),
    (
        News::OfferAccepted,
        "Your offer for “{title}” was accepted.",
        "Votre offre pour « {title} » a été acceptée.",
    ),
    (
        News::OfferDeclined,
        "The offer for “{title}” was turned down, with a reason.",
        "L’offre pour « {title} » a été refusée, avec un motif.",
    ),
    (
        News::OfferRescinded,
        "The offer for “{title}” was taken back.",
        "L’offre pour « {title} » a été retirée.",
    ),
    (
        News::OfferLapsed,
        "The offer for “{title}” came to nothing, because time ran out.",
        "L’offre pour « {title} » est restée sans suite, faute de temps.",
    ),
    (
        News::ContractActive,
        "The contract for “{title}” is active: work may begin.",
        "Le contrat pour « {title} » est actif : le travail peut commencer.",
    ),
    (News::ContractPaused, "The work on “{title}” rests.", "Le travail pour « {title} » est en pause."),
    (News::ContractResumed, "The work on “{title}” goes on.", "Le travail pour « {title} » reprend."),
    (
        News::ContractCloseRequested,
        "The other side asks to end the contract for “{title}”: without an answer it ends in a week.",
        "L’autre partie demande la fin du contrat pour « {title} » : sans réponse, il prend fin dans une semaine.",
    ),
    (
        News::ContractCancelRequested,
        "The other side asks to undo the contract for “{title}”: without an answer it goes on.",
        "L’autre partie demande l’annulation du contrat pour « {title} » : sans réponse, il continue.",
    ),
    (
        News::ContractObjected,
        "The contract for “{title}” goes on, although its end was asked for.",
        "Le contrat pour « {title} » continue, bien que sa fin ait été demandée.",
    ),
    (News::ContractClosed, "The contract for “{title}” is over.", "Le contrat pour « {title} » est terminé."),
    (
        News::ContractCancelled,
        "Both sides have undone the contract for “{title}”.",
        "Les deux parties ont annulé le contrat pour « {title} ».",
    ),
    (
        News::ContractTerminated,
        "The other side has ended the contract for “{title}”, with a reason.",
        "L’autre partie a mis fin au contrat pour « {title} », avec un motif.",
    ),
    (
        News::ContractAmendmentProposed,
        "The other side proposes other terms for “{title}”.",
        "L’autre partie propose d’autres conditions pour « {title} ».",
    ),
    (
        News::ContractAmendmentAccepted,
        "The other side takes the terms that you proposed for “{title}”.",
        "L’autre partie accepte les conditions que vous avez proposées pour « {title} ».",
    ),
    (
        News::ContractAmendmentDeclined,
        "The terms that were proposed for “{title}” are off.",
        "Les conditions proposées pour « {title} » sont abandonnées.",
    ),
    (
        News::MilestoneDelivered,
        "Work for “{title}” was handed over: look at it within two weeks.",
        "Du travail pour « {title} » a été livré : examinez-le sous deux semaines.",
    ),
    (
        News::MilestoneChangesRequested,
        "The client of “{title}” asks for changes.",
        "Le client de « {title} » demande des modifications.",
    ),
    (
        News::MilestoneAccepted,
        "The client has accepted your work for “{title}”.",
        "Le client a accepté votre travail pour « {title} ».",
    ),
    (
        News::MilestoneAutoAccepted,
        "The work for “{title}” counts as accepted, because the client was silent.",
        "Le travail pour « {title} » est tenu pour accepté, le client étant resté silencieux.",
    ),
    (
        News::MilestonePaid,
        "The client of “{title}” says that you were paid.",
        "Le client de « {title} » dit vous avoir payé.",
    ),
    (
        News::MilestoneSettled,
        "The freelancer says that the payment for “{title}” has come.",
        "L’indépendant dit que le paiement pour « {title} » est arrivé.",
    ),
    (
        News::MilestoneUnpaid,
        "The freelancer says that no payment for “{title}” has come.",
        "L’indépendant dit qu’aucun paiement pour « {title} » n’est arrivé.",
    ),
    (
        News::ReviewWindowOpened,
        "You can write a review of the contract for “{title}”.",
        "Vous pouvez écrire un avis sur le contrat pour « {title} ».",
    ),
    (
        News::ReviewCommitted,
        "The other side has sealed a review of the contract for “{title}”: it opens when yours is there, or when the time is over.",
        "L’autre partie a scellé un avis sur le contrat pour « {title} » : il s’ouvrira avec le vôtre, ou à la fin du délai.",
    ),
    (
        News::ReviewPublished,
        "A review of the contract for “{title}” can be read.",
        "Un avis sur le contrat pour « {title} » peut être lu.",
    ),
    (
        News::MessageCreated,
        "You have a message about “{title}”.",
        "Vous avez un message au sujet de « {title} ».",
    ),
    (
        News::ReviewReplied,
        "Your review of the contract for “{title}” was answered.",
        "Votre avis sur le contrat pour « {title} » a reçu une réponse.",
    ),
    (
        News::DisputeOpened,
        "The other side disputes “{title}”: answer within a week, or the claim stands.",
        "L’autre partie conteste « {title} » : répondez sous une semaine, sinon la demande est acquise.",
    ),
    (
        News::DisputeAnswered,
        "Your claim about “{title}” was answered.",
        "Votre demande au sujet de « {title} » a reçu une réponse.",
    ),
    (
        News::DisputeDefaulted,
        "A claim about “{title}” stands, because nobody answered it.",
        "Une demande au sujet de « {title} » est acquise, faute de réponse.",
    ),
    (
        News::DisputeReopened,
        "A dispute about “{title}” is open again.",
        "Un litige au sujet de « {title} » est rouvert.",
    ),
    (
        News::DisputeSettlementProposed,
        "The other side proposes how to settle the dispute about “{title}”.",
        "L’autre partie propose un règlement du litige au sujet de « {title} ».",
    ),
    (
        News::DisputeSettled,
        "The dispute about “{title}” is settled by both sides.",
        "Le litige au sujet de « {title} » est réglé d’un commun accord.",
    ),
    (
        News::DisputeEscalated,
        "An arbiter is asked to rule on “{title}”.",
        "Un arbitre est appelé à trancher au sujet de « {title} ».",
    ),
    (
        News::DisputePassedOn,
        "The next arbiter is asked to rule on “{title}”, because the one before was silent.",
        "L’arbitre suivant est appelé à trancher au sujet de « {title} », le précédent étant resté silencieux.",
    ),
    (
        News::DisputeRuled,
        "The arbiter has ruled on “{title}”: either side may appeal once, within a week.",
        "L’arbitre a tranché au sujet de « {title} » : chaque partie peut faire appel une fois, sous une semaine.",
    ),
    (
        News::DisputeAppealed,
        "A ruling on “{title}” was appealed against.",
        "Une décision au sujet de « {title} » fait l’objet d’un appel.",
    ),
    (
        News::DisputeFinal,
        "The ruling on “{title}” is final.",
        "La décision au sujet de « {title} » est définitive.",
    ),
    (
        News::DisputeUndecided,
        "The dispute about “{title}” has ended without a ruling.",
        "Le litige au sujet de « {title} » a pris fin sans décision.",
    ),
    (
        News::DisputeWithdrawn,
        "The claim about “{title}” was taken back.",
        "La demande au sujet de « {title} » a été retirée.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_told_has_one_sentence_in_each_language() {
        let told: Vec<News> = TEXTS.iter().map(|(news, _, _)| *news).collect();
        assert_eq!(told, News::ALL, "each once, in the order of the list");
        for (news, english, french) in TEXTS {
            assert!(english.contains(TITLE) && french.contains(TITLE), "{news}");
            assert!(english.ends_with('.') && french.ends_with('.'), "{news}");
            assert_ne!(english, french);
        }
    }

    #[test]
    fn a_title_stands_in_its_sentence_whatever_it_holds() {
        let said = |title, language| sentence(News::BidSubmitted, title, language);
        assert_eq!(said(Some("{title}"), SentenceLanguage::En), "A bid on “{title}” has come.");
        assert_eq!(said(Some("Pont"), SentenceLanguage::Fr), "Une proposition pour « Pont » est arrivée.");
        assert_eq!(said(None, SentenceLanguage::En), "A bid on “…” has come.");
    }
}
