"""ibm-platform-services for Python, unmodified: IamIdentityV1."""

import time

from asked import refusal, run
from ibm_cloud_sdk_core import get_query_param
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import IamIdentityV1


def client_of(url, apikey):
    client = IamIdentityV1(authenticator=IAMAuthenticator(apikey, url=url))
    client.set_service_url(url)
    return client


def life_of_a_key(url, apikey):
    """Everything that may be done to an API key, in an order in which people do it."""
    client = client_of(url, apikey)
    owner = client.get_api_keys_details(iam_api_key=apikey).get_result()
    created = client.create_api_key('from python', owner['iam_id'], description='a key').get_result()
    read = client.get_api_key(created['id'])
    updated = client.update_api_key(created['id'], read.get_headers()['ETag'], name='renamed').get_result()
    client.lock_api_key(created['id'])
    locked = refusal(lambda: client.delete_api_key(created['id']))
    client.unlock_api_key(created['id'])
    client.disable_api_key(created['id'])
    disabled = client.get_api_key(created['id']).get_result()['disabled']
    client.enable_api_key(created['id'])
    client.delete_api_key(created['id'])
    return {
        'created': 'apikey' in created and created['description'],
        'read': 'apikey' not in read.get_result() and read.get_result()['id'] == created['id'],
        'updated': updated['name'],
        'locked': locked,
        'disabled': disabled,
        'deleted': refusal(lambda: client.get_api_key(created['id'])),
    }


def service_ids(url, apikey):
    """Service IDs with keys, found again page by page, and deleted."""
    client = client_of(url, apikey)
    account_id = client.get_api_keys_details(iam_api_key=apikey).get_result()['account_id']
    key = {'name': 'its key', 'store_value': True}
    made = [
        client.create_service_id(account_id, f'python {number}', apikey=key).get_result() for number in range(1, 6)
    ]
    pages, pagetoken = [], None
    while True:
        wanted = {'pagesize': 2, 'sort': 'name', 'filter': 'name sw "python "', 'pagetoken': pagetoken}
        page = client.list_service_ids(account_id=account_id, **wanted).get_result()
        pages.append([service_id['name'] for service_id in page['serviceids']])
        pagetoken = get_query_param(page.get('next'), 'pagetoken')
        if pagetoken is None:
            break
    stored = client.get_api_key(made[0]['apikey']['id']).get_result()['apikey'] == made[0]['apikey']['apikey']
    for service_id in made:
        client.delete_service_id(service_id['id'])
    left = client.list_service_ids(account_id=account_id, filter='name sw "python "').get_result()['serviceids']
    return {'pages': pages, 'stored': stored, 'left': left}


def every_parameter(url, apikey):
    """Every parameter of keys and service IDs that the other two do not send, and the lists that are empty."""
    client = client_of(url, apikey)
    account_id = client.get_api_keys_details(iam_api_key=apikey).get_result()['account_id']
    value = 'a value that comes from somewhere else, 1'
    made = client.create_service_id(
        account_id,
        'python sender',
        description='sends logs',
        unique_instance_crns=['crn:v1:bluemix:public:logs:us-south:a/1:2::'],
        apikey={'name': 'first', 'apikey': value, 'store_value': True, 'action_when_leaked': 'delete'},
    ).get_result()
    client.create_api_key(
        'second',
        made['iam_id'],
        account_id=account_id,
        expires_at='2049-01-02T18:30:00+0000',
        entity_lock='true',
        entity_disable='true',
    )
    wanted = {'account_id': account_id, 'iam_id': made['iam_id'], 'sort': 'name', 'order': 'desc'}
    listed = client.list_api_keys(**wanted, include_history=True).get_result()['apikeys']
    locked = client.list_api_keys(**wanted, filter='locked eq "true"').get_result()['apikeys']
    of_type = client.list_api_keys(account_id=account_id, scope='account', type='serviceid', pagesize=100).get_result()
    client.lock_service_id(made['id'])
    named = client.list_service_ids(account_id=account_id, name='python sender').get_result()['serviceids']
    client_of(url, value).get_api_keys_details(iam_api_key=value)
    read = client.get_service_id(made['id'], include_history=True, include_activity=True).get_result()
    client.unlock_service_id(made['id'])
    client.delete_service_id(made['id'])
    return {
        'value': made['apikey']['apikey'] == value,
        'listed': [[key['name'], key['locked'], key['disabled'], len(key['history'])] for key in listed],
        'locked': [key['name'] for key in locked],
        'typed': made['apikey']['id'] in [key['id'] for key in of_type['apikeys']],
        'named': [[service_id['locked'], service_id['unique_instance_crns']] for service_id in named],
        'history': len(read['history']),
        'activity': 'authn_count' in read['activity'],
        'gone': refusal(lambda: client.get_service_id(made['id'])),
        'empty': [
            client.list_profiles(account_id).get_result()['profiles'],
            client.list_profile_templates(account_id=account_id).get_result()['profile_templates'],
            client.list_account_settings_templates(account_id=account_id).get_result()['account_settings_templates'],
        ],
        'profile': refusal(lambda: client.create_profile('a profile', account_id)),
    }


def settings(url, apikey):
    """The settings of the account, what holds of them, and a report."""
    client = client_of(url, apikey)
    account_id = client.get_api_keys_details(iam_api_key=apikey).get_result()['account_id']
    before = client.get_account_settings(account_id)
    changed = client.update_account_settings(
        before.get_headers()['ETag'],
        account_id,
        restrict_create_service_id='RESTRICTED',
        allowed_ip_addresses='127.0.0.1, ::1',
        user_mfa=[{'iam_id': 'IBMid-1', 'mfa': 'TOTP'}],
        system_access_token_expiration_in_seconds='1800',
    ).get_result()
    stale = refusal(lambda: client.update_account_settings(before.get_headers()['ETag'], account_id, mfa='TOTP'))
    malformed = refusal(lambda: client.update_account_settings('*', account_id, allowed_ip_addresses='010.0.0.1'))
    effective = client.get_effective_account_settings(account_id).get_result()['effective']
    client.update_account_settings('*', account_id, restrict_create_service_id='NOT_SET', allowed_ip_addresses='')
    reference = client.create_report(account_id, type='inactive', duration='24').get_result()['reference']
    while (report := client.get_report(account_id, reference)).get_status_code() == 204:
        time.sleep(0.1)
    return {
        'changed': [changed['restrict_create_service_id'], changed['allowed_ip_addresses'], changed['user_mfa']],
        'stale': stale,
        'malformed': malformed,
        'effective': effective['system_access_token_expiration_in_seconds'],
        'report': report.get_result()['reference'] == reference,
        'limits': client.get_account_limits(account_id).get_result()['profiles'],
    }


run(life_of_a_key, service_ids, every_parameter, settings)
