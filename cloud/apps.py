from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CloudConfig(AppConfig):
    name = "cloud"
    verbose_name = _("Cloud")

    def ready(self) -> None:
        from cloud.selectors.licence import granted_modules
        from cloud.services.registration_requests import confirmation_mail_send
        from workspace.models import MailKind
        from workspace.services.people.requested_mails import mail_sender_register
        from workspace.setting_groups import licence

        licence.source_register(granted_modules)
        mail_sender_register(MailKind.CONFIRMATION, confirmation_mail_send)
