"""The page's words in French."""

from migbot.serve.words import Strings

FRENCH = Strings(
    language="fr",
    title="migbot – réponses sourcées sur la gouvernance des migrations",
    headline="Posez une question, lisez la réponse à sa source.",
    statement=(
        "migbot répond en français et en anglais sur l’OIM, le Pacte mondial sur les migrations et "
        "le Réseau des Nations Unies sur les migrations. Chaque phrase renvoie au passage qui "
        "la confirme."
    ),
    examples_label="Pour commencer",
    examples=(
        "Quand l’OIM a-t-elle été créée ?",
        "Quels sont les objectifs du Pacte mondial sur les migrations ?",
        "Qui coordonne le Réseau des Nations Unies sur les migrations ?",
        "Combien d’États sont membres de l’OIM ?",
    ),
    question_label="Votre question",
    placeholder="Posez votre question…",
    send="Envoyer",
    stop="Arrêter",
    new_conversation="Nouvelle conversation",
    switch="English",
    switch_to="en",
    you_asked="Votre question",
    answer="Réponse",
    quotes_label="Ce que disent les documents",
    sources="Sources",
    cited="Sources citées",
    others="Autres passages trouvés",
    found="Passages trouvés",
    nearest="Passages les plus proches",
    source_marker="Source {number} : {title}",
    reveal="Lire le passage",
    back="Retour à la réponse",
    uses="Phrases appuyées par ce passage",
    copy_reference="Copier la référence",
    copied="Copié.",
    not_copied="Rien n’a été copié : sélectionnez le texte.",
    sheet="fiche de migbot",
    listed=" ; ",
    based_on="D’après : {sources}",
    official="Document officiel",
    more_sources="et {count} autres",
    new_tab="(nouvel onglet)",
    page="p. {page}",
    undated="sans date",
    document_languages={"fr": "français", "en": "anglais"},
    percent="{number} %",
    quote_open="« ",
    quote_close=" »",
    as_of_day="à jour au {date}",
    as_of_period="à jour en {date}",
    actions_label="Que faire de cette réponse",
    copy_answer="Copier la réponse",
    copy_link="Copier le lien de la question",
    export="Exporter",
    export_formats={
        "markdown": "Markdown",
        "text": "Texte brut",
        "csl": "CSL-JSON (Zotero)",
        "ris": "RIS (EndNote, Mendeley)",
    },
    print="Imprimer",
    linked_question="Ce lien contient une question : envoyez-la pour obtenir la réponse.",
    looked_for="Recherché : « {question} »",
    suggestions="Les documents répondent en revanche à ceci :",
    suggestion="Que sait-on de « {heading} » ?",
    searching="Recherche dans les documents…",
    preparing="Le modèle de langue se prépare ; votre réponse suit…",
    waiting="Une autre réponse est en cours ; la vôtre suit…",
    ahead="{ahead} questions passent avant la vôtre ; les passages sont déjà là…",
    reading="Lecture des passages…",
    writing="Rédaction et vérification…",
    done="Réponse terminée. Sources citées : {sources}.",
    done_cut="Réponse incomplète. Sources citées : {sources}.",
    done_unsure=(
        "Ceci ne répond peut-être pas exactement à la question. Sources citées : {sources}."
    ),
    done_declined="Pas de réponse à cette question.",
    done_small_talk="Réponse terminée.",
    stopped="Réponse arrêtée.",
    interrupted=(
        "Le serveur s’arrête : la réponse s’interrompt ici. Reposez la question dans une minute."
    ),
    failed_heading="La réponse n’a pas abouti",
    empty_question="Écrivez une question pour commencer.",
    long_question=(
        "Cette question dépasse {limit} caractères. Raccourcissez-la, puis envoyez-la de nouveau."
    ),
    too_many=("Vous avez posé trop de questions en une minute. Réessayez dans {seconds} s."),
    busy="Beaucoup de questions sont en attente. Réessayez dans {wait}.",
    wait_seconds="{count} secondes",
    wait_minute="une minute",
    wait_minutes="{count} minutes",
    failed="Une erreur est survenue de notre côté, sans lien avec votre question. Réessayez.",
    limits_heading="À savoir",
    limits=(
        (
            "Vérifiez avant de réutiliser : un programme écrit les phrases, seuls les documents "
            "officiels font foi."
        ),
        (
            "migbot ne traite pas de dossier personnel, ne donne ni conseil juridique ni opinion "
            "et ne suit pas l’actualité."
        ),
        "Projet indépendant, sans lien avec l’OIM. {privacy}",
    ),
    quotes_alone=(
        "Les réponses sont des citations, mot pour mot : aucun modèle de langue n’est employé. "
        "Seuls les documents officiels font foi."
    ),
    questions_stay="Vos questions restent sur la machine qui sert cette page.",
    questions_beside=(
        "Vos questions et les passages trouvés sont transmis à un serveur de modèle de langue, sur "
        "la machine qui sert cette page."
    ),
    questions_leave=(
        "Vos questions et les passages trouvés sont envoyés à {host}, où le modèle de langue "
        "écrit la réponse."
    ),
    staff="Mode équipe",
    trace={
        "heading": "Trace de la réponse",
        "standalone": "Question utilisée pour la recherche",
        "passages": "Passages trouvés",
        "evidence": "Extraits lus par le modèle",
        "considered": "Phrases écrites par le modèle",
        "shown": "affichée :",
        "dropped": "écartée :",
        "signs": "Signes pour et contre une réponse",
        "times": "Durées",
        "cached": "Une réponse donnée plus tôt à la même question, reprise.",
    },
    claim_heading="Vérifier une affirmation",
    claim_text="Collez une phrase : migbot vérifie si les documents l’affirment.",
    claim_label="Affirmation",
    claim_check="Vérifier",
    claim_checking="Vérification…",
    claim_waiting="En attente de son tour… Avant elle : {ahead}.",
    empty_claim="Collez une phrase à vérifier.",
    long_claim=(
        "Cette affirmation dépasse {limit} caractères. Raccourcissez-la, puis vérifiez-la de "
        "nouveau."
    ),
    verdicts={
        "supported": "Les documents le disent",
        "contradicted": "Les documents disent autre chose",
        "not_found": "Pas trouvé dans les documents",
    },
    feedback_label="Votre avis",
    feedback_ask=(
        "Cette réponse est-elle juste ? Votre avis est gardé ici avec la question, celles "
        "qui la précèdent et la réponse, sans rien sur vous."
    ),
    feedback_judgements=("Juste", "Fausse", "Mauvaise source"),
    feedback_word="Un mot d’explication (facultatif)",
    feedback_thanks="Merci, votre avis est enregistré.",
    feedback_full="Votre avis n’a pas pu être enregistré.",
    about="À propos",
    about_heading="À propos de migbot",
    about_close="Fermer",
    about_documents="Ce que migbot connaît",
    about_counts=(
        "{fr} documents en français et {en} en anglais, et rien d’autre : ni le web ni "
        "l’actualité. Chaque document indique la date à laquelle son contenu était à jour."
    ),
    about_list="Liste des documents",
    about_first=(
        "Les {first} premiers sur {all}, par titre. Les autres : /api/v1/documents (pour les "
        "programmes) ou migbot index info --documents (pour qui gère cette page)."
    ),
    about_models="Les modèles",
    about_models_text=(
        "{embedder} trouve les passages, {generator} écrit les phrases. Un programme compare "
        "chaque phrase au passage cité et n’affiche que celles que le passage confirme."
    ),
    about_quotes_alone=(
        "{embedder} trouve les passages, et les réponses les citent mot pour mot. Aucun modèle de "
        "langue n’est employé."
    ),
    about_measured="Exactitude mesurée",
    about_measured_text="Sur {questions} questions de contrôle, le {date}.",
    about_other_models="Les modèles employés ici ne sont pas ceux de la mesure.",
    about_figures={
        "right": "Réponses justes, quand les documents répondent",
        "declined_wrongly": "Questions écartées à tort",
        "refused": "Questions écartées ou rectifiées à raison",
        "citation_precision": "Citations qui appuient leur phrase",
        "first_sentence_s": "Attente des premiers mots (médiane)",
    },
    about_privacy="Vie privée",
    about_kept=(
        "La page n’utilise pas de cookies, n’appelle aucun autre site et n’enregistre pas la "
        "conversation."
    ),
    about_feedback=(
        "Votre avis sur une réponse est gardé sur cette machine, avec la question, jusqu’à "
        "{questions} de vos questions précédentes et la réponse. Les adresses et les longs numéros "
        "en sont retirés."
    ),
    skip="Aller à la question",
)
