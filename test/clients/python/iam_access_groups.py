"""ibm-platform-services for Python, unmodified: IamAccessGroupsV2."""

from asked import refusal, run
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import IamAccessGroupsV2
from ibm_platform_services.iam_access_groups_v2 import (
    AccessGroupMembersPager,
    AccessGroupsPager,
    AddGroupMembersRequestMembersItem,
    RuleConditions,
)


def client_of(url, apikey):
    client = IamAccessGroupsV2(authenticator=IAMAuthenticator(apikey, url=url))
    client.set_service_url(url)
    return client


def life_of_a_group(url, apikey, account_id):
    """Everything that may be done to an access group, in an order in which people do it."""
    client = client_of(url, apikey)
    created = client.create_access_group(account_id, 'from python', description='a group')
    group = created.get_result()['id']
    read = client.get_access_group(group, show_federated=True)
    updated = client.update_access_group(group, read.get_headers()['ETag'], name='renamed').get_result()
    stale = refusal(lambda: client.update_access_group(group, read.get_headers()['ETag'], name='late'))
    taken = refusal(lambda: client.create_access_group(account_id, 'RENAMED'))
    rule = client.add_access_group_rule(
        group, 12, 'https://idp.example.test', [RuleConditions(claim='a', operator='EQUALS', value='1')], name='rule'
    ).get_result()
    federated = client.get_access_group(group, show_federated=True).get_result()['is_federated']
    unforced = refusal(lambda: client.delete_access_group(group))
    client.delete_access_group(group, force=True)
    return {
        'read': read.get_result() == created.get_result(),
        'updated': [updated['name'], updated['description']],
        'stale': stale,
        'taken': taken,
        'rule': [rule['name'], rule['expiration'], rule['access_group_id'] == group],
        'federated': federated,
        'unforced': unforced['status'],
        'gone': refusal(lambda: client.get_access_group(group))['status'],
    }


def members(url, apikey, account_id):
    """Members come, are found page by page, and go."""
    client = client_of(url, apikey)
    group = client.create_access_group(account_id, 'python members').get_result()['id']
    iam_ids = ['IBMid-PYTHON%d' % number for number in range(5)]
    added = client.add_members_to_access_group(
        group, members=[AddGroupMembersRequestMembersItem(iam_id=iam_id, type='user') for iam_id in iam_ids]
    ).get_result()
    paged = AccessGroupMembersPager(client=client, access_group_id=group, limit=2).get_all()
    of_one = AccessGroupsPager(client=client, account_id=account_id, iam_id=iam_ids[0], limit=1).get_all()
    there = client.is_member_of_access_group(group, iam_ids[0]).get_status_code()
    client.remove_member_from_access_group(group, iam_ids[0])
    absent = refusal(lambda: client.is_member_of_access_group(group, iam_ids[0]))
    left = client.remove_members_from_access_group(group, members=iam_ids[1:3] + ['IBMid-NEVER']).get_result()
    more = client.add_member_to_multiple_access_groups(account_id, iam_ids[0], type='user', groups=[group, 'none'])
    everywhere = client.remove_member_from_all_access_groups(account_id, iam_ids[0]).get_result()
    client.update_account_settings(account_id, public_access_enabled=True)
    return {
        'added': [member['status_code'] for member in added['members']],
        'paged': sorted(member['iam_id'] for member in paged) == iam_ids,
        'of_one': [found['id'] == group for found in of_one],
        'there': there,
        'absent': absent['status'],
        'left': [member['status_code'] for member in left['members']],
        'more': [one['status_code'] for one in more.get_result()['groups']],
        'everywhere': [one['status_code'] for one in everywhere['groups']],
        'settings': client.get_account_settings(account_id).get_result()['public_access_enabled'],
    }


if __name__ == '__main__':
    run(life_of_a_group, members)
