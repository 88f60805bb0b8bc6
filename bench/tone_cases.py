"""Short comments written for this measurement, with what they are: kinds and subject.

The same hands wrote the rules and examples of ``verbatim/tone`` and these cases, so they flatter; every second one was
held out until the rules were finished. Letters: P praise, C complaint, R request, Q question, B bug report, "." none;
s support, p product, b both, u unclear.
"""

from __future__ import annotations

CASES = """
P s Marta on the phone sorted out my contract in two minutes flat
P s shout out to the night shift guy in chat, legend
P s Every time I write in I get a proper answer the same day.
P s He stayed on the line until my router was back up. Respect!
P s Midwives were absolutely brilliant throughout
P s I was nervous but the dentist talked me through every step
P s Kudos to your onboarding specialist, our team was live within a week.
P s you guys actually read what people write. rare these days
P s Really warm welcome from the girl at the front desk
P s Returned a jacket, no questions asked, money back next day. Top!
P s Very efficient and courteous
P s Dr Patel is a gem.
P s Nobody has ever explained my pension to me so clearly
P s The courier even carried it up to the fourth floor
P s Couldn't fault the way my complaint was handled
P p Been on the Pro plan for a year and wouldn't go back
P p The keyboard feels great and the battery lasts for days
P p Finally a budgeting app my dad understands
P p Super simple to get going, no manual needed
P p I can do my weekly report in ten minutes now instead of two hours
P p crisp display, gorgeous colours
P p The new filters are a real time saver
P p Rock solid. Three years and not one outage that affected us.
P p Soup was heavenly and the bread still warm
P p bed was like sleeping on a cloud
P p Loving the shared boards, our whole department has switched
P p Does the job and looks good doing it.
P p Imports from our old system went through without a hitch
P p Best noise cancelling headphones I have owned
P p this plugin saved my weekend :)
P u Wow. Just wow.
P u 10/10 would come again
P u I'm over the moon
P u So far so good
P u Hats off to all of you
P u Can't complain
P u Smooth from beginning to end
P u Worth every penny
P u You made our anniversary special
P u exceeded what I hoped for
C s Been passed around five people and I am none the wiser
C s Your hotline music is burned into my brain after 55 minutes
C s The technician never showed up and nobody rang to say so
C s I asked a simple yes/no question and got a link to the FAQ. Twice.
C s The lady at the counter rolled her eyes at me
C s Case closed "due to inactivity" while I was waiting for YOU
C s six emails, zero replies
C s Consultant spoke to me as if I was five
C s They keep promising a callback that never comes
C s My mother was left on a trolley in the corridor all night
C s You can tell they are reading from a script
C s Still no sign of my refund, it's been 40 days
C s Got three different answers from three different agents
C s The parcel was thrown over the fence, in the rain
C s Had to repeat my date of birth and address to every single person
C s I felt rushed, the appointment lasted barely four minutes
C s Weekend cover is non-existent
C s Nobody takes ownership
C s ticket open since march, no movement whatsoever
C s I was lied to about the delivery date
C p Way too many menus, I get lost every time
C p It takes a full minute to open a simple spreadsheet
C p The zip came off on day three
C p Reporting is so limited that we export everything to Excel anyway
C p Screen is too dim to use outside
C p The redesign hid all the buttons I use daily
C p Mattress was lumpy and the pillows were flat
C p chips soggy, burger burnt
C p Onboarding wizard asks for things a normal person does not know
C p The free version is basically useless
C p The permissions model makes no sense to our admins
C p Colours faded after one wash
C p Drains my battery like crazy
C p The mobile version is a poor copy of the desktop one
C p Search is a joke, it never ranks the obvious page first
C p Seats are so close together my knees hurt
C p Setup was a headache and the guide did not match what I saw on screen
C p This blender is so loud the neighbours complained
C p Your API docs are two versions behind
C p It feels like a prototype, not something you charge for
C u Absolute shambles
C u Never again
C u I want my Saturday back
C u What a let down after all the hype
C u Twice the price of last year for the same thing
C u you should be ashamed
C u Sadly not what it used to be
C u Charged me for a month I had already cancelled
C u Hidden costs everywhere
C u I regret signing up
C u It was chaos, nobody knew what was going on
C u meh. wouldn't bother
C u This has cost me days of my life
C u Filthy bathrooms
C u The noise from the building site made it impossible to relax
R p a night mode for the editor would be lovely
R p Could do with keyboard shortcuts
R p let me pin my favourite dashboards to the top
R p Please support single sign-on with our identity provider
R p It'd be handy to see totals per region
R p Wish there was a way to merge duplicate contacts
R p add bulk delete
R p You could show the delivery date before checkout
R p would love a vegan burger on the menu
R p More plug sockets in the rooms
R p The CSV should include the customer number
R p An Android widget, that's all I'm missing
R p Bring back the classic view!
R p Make the text in the emails larger for older people
R p dark theme pls
R p I'd pay extra for a family plan with separate profiles
R p We need webhooks for status changes
R p Can't wait for an offline mode, hope it comes soon
R p Consider adding tooltips to the icons
R p Let admins lock a template
R s Opening the phone lines before 9 would help people who work
R s Send a text message when you are running late
R s A named contact for bigger customers would be useful
R s Perhaps offer evening clinics
R s keep us posted while you investigate
R s Teach your staff some basic manners
R s I'd like a live chat instead of a web form
R s Maybe a follow-up call a week after the treatment
R s Have someone at the door who can point people the right way
R s Please get back to me about my claim
R s German-speaking agents would be a plus
R s Give nurses more time for each patient
R s quicker replies would be appreciated
R s Put more people on the tills at lunchtime
R s Explain the side effects before the treatment, not after
R s please call me on my mobile rather than the landline
R s Cancel my membership from next month, please
R s I need someone to look at my boiler this week
R u Cheaper tickets for students
R u Later closing times in summer
R u A bit more flexibility would go a long way
R u bike racks outside
R u Some shade in the car park
R u Offer monthly billing as well as annual
R u Make it simpler
R u Fewer emails please
R u Change the venue next time
Q p Is there any way to undo a merge?
Q p how do i get rid of the banner at the top
Q p Which subscription includes the audit log?
Q p Does the warranty cover water damage?
Q p Can two people share one licence?
Q p Where did the archive button go?
Q p What does the yellow triangle next to my name mean?
Q p anyone know if it runs on linux
Q p Will there be a new version this year?
Q p Is the charger included or do I buy it separately?
Q p how many seats come with the team plan
Q p Am I able to change my username later?
Q p What file formats do you accept?
Q p where do I find last year's statements
Q p Could you explain how the points are calculated?
Q s When can I expect an answer to my ticket?
Q s Who is my account manager now that Tom has left?
Q s What are your opening hours over Christmas?
Q s Do I need a referral to see a specialist?
Q s Has my letter been received?
Q s Where's my parcel?
Q s is there someone i can talk to about a bereavement
Q s How long does a refund usually take?
Q s Can my sister come along to the appointment?
Q s What number do I ring out of hours?
Q s why was my application turned down
Q u How much is it?
Q u Is this covered by my insurance?
Q u What's the deadline?
Q u Am I eligible for the discount?
Q u Why has my bill gone up?
Q u can i get a copy of the contract
BC p App shuts down as soon as I tap on "Orders"
BC p Save does nothing, the wheel just keeps spinning
BC p getting "unexpected token" when I open settings
BC p My calendar entries are shifted by one hour since Sunday
BC p Two-factor codes are rejected even though the clock is right
BC p The PDF comes out with all umlauts replaced by question marks
BC p images are not showing up on iPad
BC p After the latest patch the fans run at full speed all the time
BC p Cart empties itself when I go back one page
BC p Dropdown can't be opened in Firefox
BC p I get kicked out of the meeting every ten minutes
BC p the import skips the last row of every file
BC p Fingerprint login broke after the update
BC p "Something went wrong" - that's all it says when I try to pay
BC p Filters reset themselves whenever I refresh
BC p pressing back deletes everything I typed
BC p Printer is found but nothing ever comes out
BC p Dashboard shows yesterday's numbers, refresh has no effect
BC p the link in the confirmation mail leads to a 404
BC p Camera stays black in video calls
BC p Search hangs if the term contains an ampersand
BC p unable to upload anything bigger than 2 MB although the limit is 20
BC p Bluetooth drops out every few minutes
BC p Invoice total doesn't add up, VAT is counted twice
BC p can't sign in since this morning, says invalid token
BC p My playlists have vanished
BC p The page goes white after I accept the cookies
BC p Comments get posted twice
BC p The scanner in the app no longer recognises any barcode
BC p Reminder emails arrive three days late
BQ p Why does it say "session expired" every time I log in?
BQ p Is it just me or is the site down?
BQ p Has anyone else had the app freeze on startup?
BQ p How do I fix error 0x80070057?
BR p Please fix the broken sort order in the task list
BR p The export cuts off after 1000 rows, please sort this out
PR s Lovely team, though an online booking system would make life easier
PR p Great little app! Only thing missing is a landscape mode.
PR p love it. one wish: let me change the accent colour
PR s Brilliant care, just wish visiting hours were longer
PR u All fantastic, maybe add some parking
PR p Fantastic tool, could you add Slack integration?
CR s Waited ages on the phone. Get more operators!
CR p Text is tiny on my phone, please make it adjustable
CR p Loading takes forever, do something about the speed
CR s The letters are full of jargon, write in plain English
CR s They cancelled on the day. Give people proper notice.
CR u Too expensive for pensioners, you should have a concession rate
CR p No way to filter by date, which is ridiculous. Add it!
CR s I had no idea what was going on. Tell patients more.
CQ s I've rung four times now, is anybody actually working there?
CQ s Why do I have to explain everything again and again?
CQ u What on earth am I paying for?
CQ s My order is two weeks late. Where is it?
PC s The nurses were angels but the waiting time was dreadful
PC b Product is superb, support is hopeless
PC b Helpful agent, sadly the software itself is a mess
PC p Looks great, performs terribly
PC s Nice enough people yet nothing got done
PC p Tasty starter, the main was inedible
PC b The staff could not have been kinder but the room was freezing
PC p Good camera, awful battery
P b Great product and even better support
P b Lovely hotel and lovely staff
P b Food was gorgeous and the service was spot on
C b Bad software, worse helpdesk
C b The app is slow and support never answers
C b rude waiter, cold food
RQ s Could you send the form to my new address?
RQ p Can you please make the app available in Polish?
RQ s Would you be able to move my appointment to Friday?
RQ p any chance of a Windows version?
RQ p Is a discount for schools planned? Would be great!
. u I took the bus
. u we have two offices, one in Leeds and one in York
. u See attached
. u My husband filled this in for me
. p I use it mostly on weekends
. s I spoke to Janet
. u Visited in June with my kids
. p Bought the 64 GB one
. s Came in for a blood test
. u First time user
. u As discussed
. u Some of it was good, some less so
. u neither here nor there
. p Switched from version 4 to 5 last year
. u It was about what you'd expect
. u I am 74 years old
. s had a telephone appointment
. u no strong feelings
. p We run it on three laptops
. u same as last time
C s I don't know why I bother ringing, no one picks up
C s Not one apology for the mix-up with my medication
C s Lack of empathy
C s Poor communication between wards
C s They lost my paperwork and blamed me
C s The driver refused to help with the luggage
C s Had to chase and chase
C s There's never anyone at reception
C p Not user friendly at all
C p clunky, dated, slow
C p Tastes of nothing
C p The strap snapped after a fortnight
C p Notifications at three in the morning, seriously?
C p not fit for purpose
C p You need a degree to work this remote
P s Felt listened to for the first time in years
P s Spotless communication, I always knew what came next
P s The volunteers make all the difference
P s she rang back within the hour as promised
P s Calm, reassuring and thorough
P s Thank you Omar for saving my trip
P s My issue got resolved on the first call
P s Fast turnaround
P p Intuitive
P p Snappy and uncluttered
P p It has made my job so much easier
P p lightweight, sturdy, good looking
P p Fits like a glove
P p very handy feature
P p The handbook is clear and full of examples
R s More staff at night
R s Ring me when it's ready
R s Listen more, lecture less
R p Needs an undo
R p better lighting in the hallway
R p a search box on the help page
R p Larger portions
R p smaller packs for people who live alone
R u improve signage
R u Shorter forms
R s Less waiting around
C u Disgraceful!!!
C u I expected better from you
C u Too little too late
P u Delighted with the outcome
P u Brilliant!
P u no regrets
C u overpriced
C u hopeless
"""


def cases() -> list[tuple[frozenset[str], str, str]]:
    """``(kinds, subject, text)`` of every case, in order."""
    kinds = {"P": "praise", "C": "complaint", "R": "request", "Q": "question", "B": "bug"}
    subjects = {"s": "support", "p": "product", "b": "both", "u": "unclear"}
    found = []
    for line in CASES.strip().splitlines():
        letters, subject, text = line.split(" ", 2)
        found.append((frozenset(kinds[letter] for letter in letters if letter in kinds), subjects[subject], text))
    return found
