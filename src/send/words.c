/* The texts for recipients: see words.h. */
#include "send/words.h"

#include <stddef.h>

struct words const words_table[WORDS_LANGUAGES] = {
	{3, "es",
		"Si no puede ver correctamente este mensaje, pinche aquí", "Darse de baja",
		"¿Desea dejar de recibir mensajes de %s?",
		"Ya no recibirá más mensajes de %s."},
	{4, "en",
		"If you cannot see this message properly, click here", "Unsubscribe",
		"Stop receiving messages from %s?",
		"You will not receive any more messages from %s."},
	{5, "it",
		"Se non visualizza correttamente questo messaggio, clicchi qui", "Annulla l'iscrizione",
		"Non desidera più ricevere messaggi da %s?",
		"Non riceverà più messaggi da %s."},
	{6, "fr",
		"Si ce message ne s'affiche pas correctement, cliquez ici", "Se désabonner",
		"Ne plus recevoir de messages de %s ?",
		"Vous ne recevrez plus de messages de %s."},
	{7, "de",
		"Wird diese Nachricht nicht richtig angezeigt? Klicken Sie hier", "Abmelden",
		"Keine Nachrichten von %s mehr erhalten?",
		"Sie erhalten keine Nachrichten von %s mehr."},
	{8, "nl",
		"Wordt dit bericht niet goed weergegeven? Klik hier", "Uitschrijven",
		"Geen berichten van %s meer ontvangen?",
		"U ontvangt geen berichten van %s meer."},
	{11, "pt",
		"Se não consegue ver corretamente esta mensagem, clique aqui", "Cancelar a subscrição",
		"Deixar de receber mensagens de %s?",
		"Não receberá mais mensagens de %s."},
	{13, "no",
		"Vises ikke denne meldingen riktig? Klikk her", "Meld deg av",
		"Vil du slutte å motta meldinger fra %s?",
		"Du vil ikke motta flere meldinger fra %s."},
	{14, "sv",
		"Visas inte det här meddelandet korrekt? Klicka här", "Avsluta prenumerationen",
		"Vill du sluta ta emot meddelanden från %s?",
		"Du får inga fler meddelanden från %s."},
	{15, "ca",
		"Si no podeu veure correctament aquest missatge, feu clic aquí", "Donar-se de baixa",
		"Voleu deixar de rebre missatges de %s?",
		"No rebreu més missatges de %s."},
	{16, "fi",
		"Jos viesti ei näy oikein, napsauta tästä", "Peruuta tilaus",
		"Haluatko lopettaa viestien vastaanottamisen lähettäjältä %s?",
		"Et saa enää viestejä lähettäjältä %s."},
	{17, "gl",
		"Se non pode ver correctamente esta mensaxe, prema aquí", "Darse de baixa",
		"Quere deixar de recibir mensaxes de %s?",
		"Xa non recibirá máis mensaxes de %s."},
	{18, "eu",
		"Mezu hau ondo ikusten ez baduzu, egin klik hemen", "Harpidetza utzi",
		"%s helbidearen mezuak jasotzeari utzi nahi diozu?",
		"Ez duzu %s helbidearen mezu gehiagorik jasoko."},
};

struct words const *words_find(unsigned language)
{
	struct words const *found = &words_table[0];
	for (size_t i = 0; i < WORDS_LANGUAGES; i++)
		if (words_table[i].language == language)
			found = &words_table[i];
	return found;
}
