"""ibm-platform-services for Python, unmodified: UserManagementV1."""

from asked import refusal, run
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import UserManagementV1
from ibm_platform_services.user_management_v1 import UsersPager


def users(url, apikey, account_id, emails):
    """Invites, lists, reads, suspends, activates and removes users."""
    client = UserManagementV1(authenticator=IAMAuthenticator(apikey, url=url))
    client.set_service_url(url)
    wanted = [{'email': email, 'account_role': 'Member'} for email in emails]
    invited = client.invite_users(account_id, users=wanted).get_result()['resources']
    found = client.list_users(account_id, user_id=emails[0]).get_result()['resources']
    paged = UsersPager(client=client, account_id=account_id, limit=2).get_all()
    iam_id = found[0]['iam_id']
    profile = client.get_user_profile(account_id, iam_id).get_result()
    suspended = refusal(lambda: client.update_user_profile(account_id, iam_id, state='SUSPENDED'))
    removed = client.remove_user(account_id, iam_id).get_status_code()
    return {
        'states': [user['state'] for user in invited],
        'codes': all(user['activation_code'].startswith('lk_act_') for user in invited),
        'found': [user['email'] for user in found],
        'paged': sorted(user['email'] for user in paged if user['email'] in emails),
        'profile': profile['email'],
        'suspended': suspended,
        'removed': removed,
        'gone': refusal(lambda: client.get_user_profile(account_id, iam_id)),
    }


run(users)
