import pytest

from migbot.answer.decline import (
    decline_message,
    failure_message,
    refusal_on_sight,
    small_talk,
    small_talk_reply,
)


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le numéro de téléphone de Charbel Raji ?",
        "quel est le numero de telephone de charbel raji",
        "Quelle est l’adresse e-mail de Charbel Raji ?",
        "Quelle est l’adresse personnelle de la Directrice générale ?",
        "Quelle est la date de naissance d’António Vitorino ?",
        "What is Amy Pope’s phone number?",
        "What is the home address of Louise Arbour?",
        "What is the email address of Charbel Raji?",
        "Quel est le mail de Charbel Raji ?",
        "What is Amy Pope's salary?",
        "Où habite António Vitorino ?",
        "Where does Amy Pope live?",
        "Is Amy Pope married?",
        "Is the Director General married?",
        "Amy Pope est-elle mariée ?",
        "Who is Amy Pope's husband?",
        "How much does Amy Pope make?",
        "t'aurais le portable perso de Louise Arbour",
        "le numéro perso du directeur svp",
        "Combien gagne la Directrice générale ?",
        "How much does the Director General earn a month?",
        "give me her private number",
    ],
)
def test_private_data_is_declined(question):
    assert refusal_on_sight(question) == "personal"


@pytest.mark.parametrize(
    "question",
    [
        "Que penses-tu du Pacte ?",
        "Qu’en penses-tu ?",
        "À votre avis, le Pacte est-il utile ?",
        "Êtes-vous pour ou contre le Pacte ?",
        "What do you think of the Compact?",
        "What is your opinion on migration?",
        "Are you for or against the Compact?",
        "Do you agree with IOM?",
        "Que pensez-vous du Pacte ?",
        "Qu’en pensez-vous ?",
        "Penses-tu que le Pacte est bon ?",
        "Do you think the Compact is good?",
        "A votre avis, qui a raison ?",
        "Quelle est votre opinion ?",
        "Donne-moi ton avis sur le Pacte",
        "Franchement tu trouves que c'est bien ?",
        "vous pensez que la Suisse a eu raison ?",
        "Tu me conseilles de voter pour ?",
        "do you reckon it works?",
        "Would you personally recommend the Compact?",
    ],
)
def test_a_request_for_migbots_opinion_is_declined(question):
    assert refusal_on_sight(question) == "opinion"


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le numéro de la résolution ?",
        "Que recommande le rapport du Secrétaire général ?",
        "What would you need to become a member State?",
        "Combien touche-t-on de pays membres ?",
        "How much does the fund give to projects?",
        "Un ordinateur portable est-il fourni ?",
        "What does the Compact say about health?",
        "Quelle est l’adresse du siège de l’OIM ?",
        "What is the number of members of IOM?",
        "What did Louise Arbour think of the vote?",
        "Que pense Louise Arbour du Pacte ?",
        "What does the Compact say about privacy?",
        "Quelle est la date de l’adoption ?",
        "What does objective 4 say about proof of legal identity?",
        "Le Pacte parle-t-il de salaires équitables ?",
        "Qui est la Directrice générale de l’OIM ?",
        "Que dit le Pacte sur la vie privée des migrants ?",
        "Does the Compact protect the private life of migrants?",
        "What does the Compact say about date of birth registration?",
        "What does the Compact say about the health condition of migrants?",
        "Quel est le numéro de téléphone de l’OIM ?",
        "How do you support migrants? asks objective 16",
        "What does the Compact say about girls married before 18?",
        "Une femme mariée à un citoyen peut-elle migrer ?",
        "Who is Marie Dupont?",
        "How much do remittances make up of GDP?",
        "How much did the States make available to the fund?",
        "Combien gagne un migrant en moyenne ?",
        "What is the phone number of IOM headquarters?",
        "What is the IOM phone number?",
        "Quelle est l'adresse mail de l'OIM ?",
        "date de naissance de l'OIM",
        "Si vous pensez que vos droits sont violés, que faire ?",
    ],
)
def test_near_questions_are_not_declined(question):
    assert refusal_on_sight(question) is None


@pytest.mark.parametrize("reason", ["not_found", "out_of_scope", "personal", "opinion"])
def test_each_reason_is_told_in_both_languages(reason):
    french, english = decline_message(reason, "fr"), decline_message(reason, "en")

    assert french != english
    assert french.endswith(".")
    assert english.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        failure_message("fr"),
        *(
            decline_message(reason, "fr")
            for reason in ("not_found", "out_of_scope", "personal", "opinion")
        ),
    ],
)
def test_french_messages_are_set_as_french_is_printed(text):
    for mark in ":;!?»":
        assert f" {mark}" not in text
    assert "'" not in text


def test_a_failure_is_told_apart_from_a_refusal():
    told = {decline_message(reason, "en") for reason in ("not_found", "out_of_scope")}

    assert failure_message("en") not in told


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bonjour", "greeting"),
        ("hello there!", "greeting"),
        ("Salut migbot, ", "greeting"),
        ("Merci beaucoup !", "thanks"),
        ("thank you", "thanks"),
        ("thanks a lot", "thanks"),
        ("ok merci", "thanks"),
        ("Merci 😊", "thanks"),
        ("merci pour ta réponse", "thanks"),
        ("Thanks for your help!", "thanks"),
        ("d'accord", "thanks"),
        ("great, thanks", "thanks"),
        ("Hello, how are you?", "greeting"),
        ("Qui es-tu ?", "about"),
        ("que peux tu faire ?", "about"),
        ("What can you do?", "about"),
        ("help", "about"),
    ],
)
def test_a_greeting_thanks_or_a_question_about_migbot_is_known(text, kind):
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, combien d’objectifs a le Pacte ?",
        "Hi, who leads IOM?",
        "Thanks, and its budget?",
        "ok et son budget ?",
        "super, combien de membres",
        "Merci de me dire qui coordonne le Réseau",
        "What can States do under the Compact?",
        "Who are you talking about: IOM?",
        "",
    ],
)
def test_a_polite_question_is_a_question(text):
    assert small_talk(text) is None


@pytest.mark.parametrize("kind", ["greeting", "thanks", "about"])
def test_small_talk_is_answered_in_either_language(kind):
    french, english = small_talk_reply(kind, "fr"), small_talk_reply(kind, "en")

    assert french != english
    assert " !" not in french
    assert "\u00a0" not in english
