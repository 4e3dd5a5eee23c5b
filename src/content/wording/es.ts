import type { Days } from "../format.ts";
import { BRAND } from "../theme.ts";
import type { en } from "./en.ts";
import { pluralsIn } from "./plural.ts";

export const { form, counted } = pluralsIn("es");

/** "dentro de 30 días", "mañana", "hace 3 días". */
export function when({ past, days }: Days): string {
  if (days.value === 0) return "hoy";
  if (days.value === 1) return past ? "ayer" : "mañana";
  return past ? `hace ${days.text} días` : `dentro de ${days.text} días`;
}

/**
 * The Spanish texts, for Spain and America. They say "usted", and avoid participles that would name the reader's gender.
 * Names of types stand in quotation marks.
 */
export const es: typeof en = {
  language: "es",
  colon: ": ",
  greeting: (name) => (name === null ? "Hola:" : `Hola, ${name}:`),
  more: (count) => `… y ${count.text} más.`,
  when,

  footer: {
    subscribed: (type) => `Recibe este correo por su suscripción a «${type}».`,
    service: `Este es un mensaje de servicio sobre su cuenta de ${BRAND}.`,
    unsubscribe: (type) => `Cancelar la suscripción a «${type}»`,
    preferences: "Preferencias de correo",
  },

  categories: {
    all: "Todo",
    matches: "Coincidencias",
    deadlines: "Plazos",
    digest: "Resumen semanal",
    applications: "Solicitudes",
    certifications: "Certificados",
    mentors: "Mentoría",
    activity: "Resúmenes de actividad",
    messages: "Mensajes",
    account: "Cuenta",
  },

  unsubscribe: {
    address: (address) => `Dirección de correo: ${address}`,
    ask: {
      title: (type) => `¿Cancelar la suscripción a «${type}»?`,
      text: () =>
        "Dejará de recibir correos de este tipo. Los demás correos le seguirán llegando como hasta ahora.",
    },
    off: {
      title: "Suscripción cancelada",
      text: (type) => `Ya no recibirá de ${BRAND} correos del tipo «${type}».`,
    },
    all_off: {
      title: "Todos los correos están desactivados",
      text: () => `Ya no recibirá correos de ${BRAND}, salvo los mensajes de prueba que usted solicite.`,
    },
    on: {
      title: "Suscripción activada",
      text: (type) => `Recibirá de ${BRAND} correos del tipo «${type}».`,
    },
    saved: {
      title: "Sus preferencias se han guardado",
      text: () => "Se aplican desde ahora.",
    },
    matrix: {
      title: "Todas sus notificaciones",
      text: "Elija qué desea recibir y dónde. Donde «Todo» está desactivado, no llega nada.",
      locked: "Su organización decide sobre las casillas en gris.",
      save: "Guardar",
      channels: { push: "Aviso push", email: "Correo", in_app: "En la aplicación", sms: "SMS", chat: "Chat" },
    },
    invalid: {
      title: "Este enlace no funciona",
      text: "Es posible que se haya cortado. Vuelva a abrirlo desde el correo o elija en sus preferencias de correo lo que desea recibir.",
    },
    buttons: {
      unsubscribe: (type) => `Cancelar la suscripción a «${type}»`,
      unsubscribe_all: () => "Desactivar todos los correos",
      resubscribe: (type) => `Deshacer: volver a suscribirse a «${type}»`,
      resubscribe_all: () => "Deshacer: volver a activar los correos",
    },
  },
};
