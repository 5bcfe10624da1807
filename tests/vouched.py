"""Addresses whose form needs more than its page gives: which test sends it, by file and test.

While such a test runs, what its browsers send is watched (`tests/conftest.py`): it fails when the
address was not sent, changed nothing, or left no event of whoever sent it.
"""

from __future__ import annotations

VOUCHED: dict[str, dict[str, str]] = {
    "tests/accounts/test_demo_people.py": {
        "test_one_click_goes_where_one_came_from": "accounts:demo",
    },
    "tests/accounts/test_invitations.py": {
        "test_the_office_invites_and_sees_it_in_the_list": "people:invite",
    },
    "tests/accounts/test_mfa.py": {
        "test_removing_the_last_one_asks_staff_for_another": (
            "account_login mfa_authenticate mfa_deactivate_totp"
        ),
        "test_setting_up_an_app_lets_staff_in_at_once": "mfa_activate_totp",
    },
    "tests/accounts/test_people.py": {
        "test_closing_and_opening_an_account": "people:reopen",
        "test_giving_a_role_tells_the_person": "people:give",
    },
    "tests/accounts/test_signing_in.py": {
        "test_changing_the_password_asks_for_the_old_one_signs_out_and_tells": (
            "account_change_password"
        ),
        "test_new_password_by_mail_works_once_and_ends_other_sessions": (
            "account_reset_password_from_key"
        ),
    },
    "tests/accounts/test_signing_up.py": {
        "test_a_code_ends_after_ten_minutes": "account_email_verification_sent account_signup",
    },
    "tests/courses/test_confirming.py": {
        "test_an_older_answer_does_not_undo_a_newer_confirmation": "confirm:course",
        "test_one_message_for_a_university_with_a_link_for_each_course": "office:bulk",
    },
    "tests/courses/test_curation.py": {
        "test_a_draft_may_be_saved_incomplete": "office:course",
        "test_only_a_draft_that_nobody_saw_is_deleted": "office:delete-course",
        "test_publishing_waits_for_the_facts_and_names_them": "office:publish-course",
    },
    "tests/courses/test_editions.py": {
        "test_publishing_and_withdrawing": "office:delete-edition office:publish-edition",
        "test_saving_keeps_what_was_not_touched": "office:edition",
        "test_the_next_edition_is_shown_before_it_is_saved": "office:new-edition",
    },
    "tests/courses/test_import_pages.py": {
        "test_from_file_to_catalogue": "office:apply-import office:imports",
    },
    "tests/courses/test_office_universities.py": {
        "test_a_new_university": "office:new-university",
        "test_domains_are_added_and_taken_away": "office:university",
        "test_faculties_and_programmes_are_made_and_changed": "office:new-faculty",
        "test_what_is_in_use_is_not_deleted_and_says_by_what": "office:delete-university",
    },
    "tests/enrolments/test_agreements.py": {
        "test_a_student_reads_the_hosts_mail_when_the_office_says_so": "case:host-answer",
        "test_the_desk_renews_opens_and_keeps_a_signed_copy": "case:sign-agreement",
    },
    "tests/enrolments/test_approving_several.py": {
        "TestSeveral::test_a_mixture": "desk:several",
        "TestUndo::test_takes_all_back": "desk:undo-several",
    },
    "tests/enrolments/test_board_letter.py": {
        "test_the_student_uploads_what_the_board_answered": "exchange:board-letter",
    },
    "tests/enrolments/test_deciding.py": {
        "TestNotes::test_stay_among_colleagues": "desk:note",
        "TestOneCase::test_the_board_is_recorded_by_hand": "desk:record-board",
        "TestUndo::test_in_the_banner_and_in_the_history": "desk:undo",
    },
    "tests/enrolments/test_drafts.py": {
        "TestTwoTabs::test_saving_what_was_sent_gives_the_text_back": (
            "exchange:apply exchange:check"
        ),
    },
    "tests/enrolments/test_following.py": {
        "TestAnswer::test_goes_with_its_file": "exchange:answer",
        "TestOffer::test_is_declined_after_a_page_that_asks": "exchange:pass",
        "TestOffer::test_is_taken": "exchange:accept",
    },
    "tests/enrolments/test_nobody_at_home.py": {
        "test_the_office_passes_on_what_the_home_university_mailed": "case:home-answer",
    },
    "tests/enrolments/test_hosting.py": {
        "test_by_a_link_a_name_is_asked": "host:confirm",
        "test_sees_confirms_and_declines_its_own_alone[account]": "partner:confirm partner:decline",
        "test_sees_confirms_and_declines_its_own_alone[link]": "host:decline",
    },
    "tests/enrolments/test_rules_pages.py": {
        "TestLine::test_up_and_down_then_saved_with_a_reason": "desk:line",
    },
    "tests/enrolments/test_stand_ins.py": {
        "test_arranged_seen_by_both_and_ended_early": "desk:stand-ins",
    },
    "tests/exams/test_day.py": {
        "test_a_page_that_is_open_sends_and_learns": "examday:marks",
        "test_a_page_without_javascript": "examday:mark",
        "test_the_device_in_the_room_stays_signed_in_for_this_page_alone": "examday:close",
    },
    "tests/exams/test_facilities.py": {
        "test_a_student_asks_and_exam_staff_check_it_once": "exchange-exam:facility",
    },
    "tests/exams/test_fixing.py": {
        "test_a_host_fixes_its_exam_and_staff_hear_of_it": "partner-exams:fix",
    },
    "tests/exams/test_own_exams.py": {
        "test_said_on_its_page_seen_by_the_planner_and_taken_off": "exchange-exam:own",
    },
    "tests/exams/test_papers.py": {
        "test_a_host_sees_its_own_exams_and_no_others": "partner-day:exam",
        "test_exam_staff_by_their_pages": "papers:note papers:open papers:read papers:readers",
        "test_our_own_paper_goes_to_a_home_university_and_its_answers_come_in": (
            "paper-link:give paper-link:open"
        ),
        "test_the_host_sends_by_a_link_and_confirms": "paper-link:confirm paper-link:paper",
    },
    "tests/exams/test_planner.py": {
        "TestAfterwards::test_invigilators_are_chosen_from_those_who_can_come": "planner:duties",
        "TestMoving::test_of_two_planners_the_second_sees_both_versions": "planner:move",
        "TestPlanning::test_an_own_room_and_a_full_one_take_several_sittings": "planner:exam",
        "TestPlanning::test_students_of_a_chosen_moment_are_planned_together": "planner:slot",
    },
    "tests/exams/test_proposing.py": {
        "TestTheBackground::test_the_form_says_what_is_wrong": "planner:proposed",
        "test_a_plan_without_conflicts_is_proposed_compared_and_taken_over": "planner:adopt",
    },
    "tests/exams/test_resits.py": {
        "test_staff_offer_moments_on_their_page": "exams:slots",
        "test_students_are_asked_and_choose_and_change": "exchange-exam:choose",
        "test_who_says_yes_sits_the_resit": "exchange-exam:answer",
    },
    "tests/exams/test_rooms.py": {
        "test_a_building_and_a_room_are_made": "exams:new-room",
        "test_a_closed_room_names_what_it_hits_and_can_open_again": "exams:close-room",
        "test_a_room_in_use_is_not_deleted": "exams:delete-building",
        "test_an_invigilator_is_made_and_can_come_on_some_days": "exams:add-hours",
    },
    "tests/grades/test_batches.py": {
        "test_the_page_of_a_batch_shows_how_far_it_is": "registrations:new-batch",
    },
    "tests/grades/test_giving.py": {
        "TestStudent::test_a_wrong_field_keeps_the_file": "transcript:upload",
        "test_a_coordinator_adds_what_came_by_mail": "review:add",
    },
    "tests/grades/test_no_transcript.py": {
        "test_a_coordinator_says_that_none_comes_and_takes_it_back": "review:none",
    },
    "tests/grades/test_honours.py": {
        "test_a_case_goes_over_when_both_coordinators_agree[False]": (
            "registrations:ask-change registrations:change"
        ),
    },
    "tests/grades/test_own_results.py": {
        "test_a_list_is_previewed_and_then_entered_as_a_whole": (
            "results:confirm results:enter-list"
        ),
        "test_one_by_one_with_what_somebody_else_did_meanwhile": "results:enter",
    },
    "tests/grades/test_reconciling.py": {
        "test_the_page_takes_a_list_and_says_what_came_of_it": "registrations:usis",
    },
    "tests/grades/test_registering.py": {
        "test_a_student_asks_in_one_click_where_the_faculty_takes_our_form": "registration:file",
    },
    "tests/grades/test_registration_pages.py": {
        "test_a_coordinator_needs_two_clicks_after_verifying": "registrations:act",
    },
    "tests/grades/test_review_page.py": {
        "test_from_upload_to_verified_with_nothing_retyped": "review:transcript review:undo",
        "test_on_to_the_next": "review:return",
    },
    "tests/grades/test_sending.py": {
        "test_several_at_once": "partner-transcripts:give partner-transcripts:settle",
    },
    "tests/grades/test_transcript_link.py": {
        "test_many_at_once_and_the_rest_settled": "transcript-link:give transcript-link:settle",
        "test_the_office_asks_a_host": "review:ask-host",
    },
    "tests/grades/test_superseding.py": {
        "test_after_a_fail_the_administration_records_that_usis_follows": "registrations:earlier",
    },
    "tests/grades/test_tables.py": {
        "test_it_is_written_and_suggests": "grade-tables:table",
    },
    "tests/grades/test_whereabouts.py": {
        "test_one_click_and_others_read_it_from_five": "experience",
    },
    "tests/paperwork/test_background_page.py": {
        "test_all_that_was_given_up_is_tried_again": "background-again",
        "test_what_has_arrived_is_noted": "background-sent",
    },
    "tests/paperwork/test_office_documents.py": {
        "test_one_that_was_given_up_is_tried_again": "documents:retry",
    },
    "tests/paperwork/test_settings.py": {
        "TestVersions::test_an_earlier_one_is_put_back_as_a_new_one": (
            "settings:back settings:setting"
        ),
    },
    "tests/paperwork/test_texts_of_messages.py": {
        "TestSaving::test_it_is_shown_first_and_then_saved": "texts:text",
        "TestVersions::test_an_earlier_one_is_put_back_as_a_new_one": "texts:back",
    },
    "tests/test_help_texts.py": {
        "TestAnswers::test_of_two_the_second_sees_the_first_and_an_earlier_one_is_put_back": (
            "help-texts:back help-texts:topic"
        ),
    },
    "tests/test_seldom_sent.py": {
        "test_a_host_says_that_it_has_the_answers": "partner-day:confirm",
        "test_a_sitting_is_pinned": "planner:act",
        "test_a_student_asks_for_a_facility": "exchange-exam:first-facility",
        "test_answers_from_a_home_university_are_in": "papers:in",
        "test_our_own_paper_is_sent_out": "papers:out",
        "test_students_are_asked_to_choose_a_moment": "exams:tell-slots",
        "test_the_desk_renews_an_agreement_that_says_otherwise": "case:renew-agreement",
        "test_the_office_deletes_a_faculty_that_nothing_names": "office:delete-faculty",
    },
    "tests/enrolments/test_consent.py": {
        "test_a_host_with_neither_account_nor_address_is_told_by_the_office": "case:host-told",
        "test_before_the_host_has_it_the_application_ends_and_the_place_goes_on": (
            "own-data:consent"
        ),
    },
    "tests/privacy/test_copies.py": {
        "test_it_asks_to_sign_in_once_more": "own-copies:new",
    },
    "tests/privacy/test_retention.py": {
        "TestPages::test_it_says_what_goes_when_and_lets_the_office_hold_it": (
            "retention:hold-back retention:release"
        ),
        "TestPages::test_the_office_places_and_lifts_a_hold": "retention:place-hold",
    },
    "tests/test_links_anew.py": {
        "test_a_new_link_goes_where_the_first_went_once[confirm:course]": "confirm:anew",
        "test_a_new_link_goes_where_the_first_went_once[board:decide]": "board:anew",
        "test_a_new_link_goes_where_the_first_went_once[host:students]": "host:anew",
        "test_a_new_link_goes_where_the_first_went_once[transcript-link:give]": (
            "transcript-link:anew"
        ),
        "test_a_new_link_goes_where_the_first_went_once[exam-link:fix]": "exam-link:anew",
        "test_a_new_link_goes_where_the_first_went_once[paper-link:paper]": "paper-link:anew",
        "test_a_new_link_goes_where_the_first_went_once[honours:overview]": "honours:anew",
    },
}


def names_of(nodeid: str) -> list[str]:
    """The addresses that this test vouches for."""
    file, _, test = nodeid.partition("::")
    return VOUCHED.get(file, {}).get(test, "").split()


def vouched() -> set[str]:
    """All addresses that some test vouches for."""
    return {
        name for tests in VOUCHED.values() for names in tests.values() for name in names.split()
    }
