"""URLs of pages in every installation."""

from django.urls import path

from workspace.pages.account.addresses import address_delete, address_new, address_verification
from workspace.pages.account.confirmation import security_confirm
from workspace.pages.account.data import account_data, export_download, export_remove, message_readers
from workspace.pages.account.passkeys import passkey_delete, passkey_naming, passkey_new, passkey_options
from workspace.pages.account.password import OwnPasswordView
from workspace.pages.account.profile import profile
from workspace.pages.account.reset import ChoosePasswordView, password_reset
from workspace.pages.account.security import app_begin, app_removal, app_setup, email_codes, recovery_codes, security
from workspace.pages.account.sessions import session_end, sessions, sessions_end
from workspace.pages.avatars import favicon
from workspace.pages.home import home
from workspace.pages.manifest import manifest
from workspace.pages.openid.linked_accounts import linked_account_remove, linked_accounts
from workspace.pages.openid.views import provider_callback, provider_link, provider_sign_in
from workspace.pages.passkey_sign_in import passkey_sign_in, passkey_sign_in_options
from workspace.pages.sign_in import SignInView, SignOutView
from workspace.pages.sign_in_code import sign_in_code
from workspace.pages.time_zone import browser_time_zone

urlpatterns = [
    path("", home, name="home"),
    path("account/", profile, name="profile"),
    path("account/addresses/", address_new, name="address-new"),
    path("account/addresses/<str:key>/remove/", address_delete, name="address-delete"),
    path("account/data/", account_data, name="account-data"),
    path("account/data/readers/", message_readers, name="message-readers"),
    path("account/data/<str:public_id>/", export_download, name="export-download"),
    path("account/data/<str:public_id>/delete/", export_remove, name="export-remove"),
    path("account/linked/", linked_accounts, name="linked-accounts"),
    path("account/linked/<str:key>/link/", provider_link, name="provider-link"),
    path("account/linked/<int:key>/remove/", linked_account_remove, name="linked-account-remove"),
    path("account/security/", security, name="security"),
    path("account/security/confirm/", security_confirm, name="security-confirm"),
    path("account/security/app/", app_setup, name="app-setup"),
    path("account/security/app/new/", app_begin, name="app-begin"),
    path("account/security/app/remove/", app_removal, name="app-removal"),
    path("account/security/recovery-codes/", recovery_codes, name="recovery-codes"),
    path("account/security/email/", email_codes, name="email-codes"),
    path("account/security/passkeys/", passkey_new, name="passkey-new"),
    path("account/security/passkeys/options/", passkey_options, name="passkey-options"),
    path("account/security/passkeys/<int:key>/", passkey_naming, name="passkey-name"),
    path("account/security/passkeys/<int:key>/remove/", passkey_delete, name="passkey-delete"),
    path("account/sessions/", sessions, name="sessions"),
    path("account/sessions/end/", session_end, name="session-end"),
    path("account/sessions/end-others/", sessions_end, name="sessions-end"),
    path("account/time-zone/", browser_time_zone, name="browser-time-zone"),
    path("account/password/", OwnPasswordView.as_view(), name="password-change"),
    path("address/<str:token>/", address_verification, name="address-verify"),
    path("password/", password_reset, name="password-reset"),
    path("password/<str:uidb64>/<str:token>/", ChoosePasswordView.as_view(), name="password-reset-choose"),
    path("favicon.ico", favicon, name="favicon"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-in/code/", sign_in_code, name="sign-in-code"),
    path("sign-in/with/<str:key>/", provider_sign_in, name="provider-sign-in"),
    # allauth knows this name.
    path("sign-in/with/<str:key>/callback/", provider_callback, name="openid_connect_callback"),
    path("sign-in/passkey/", passkey_sign_in, name="passkey-sign-in"),
    path("sign-in/passkey/options/", passkey_sign_in_options, name="passkey-sign-in-options"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
]
