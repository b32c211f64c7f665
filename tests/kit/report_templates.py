"""One report of each template that the samples lack (PS3.16 annex A), small, with the codes of the templates.

`TEMPLATES` has them by name as (SOP Class UID, template, content tree). Numbers are those of no patient.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

SR = "1.2.840.10008.5.1.4.1.1.88."


def coded(words: str) -> Sequence:
    """'DCM 125005 Biometry Group' as the item of a code sequence (PS3.3 8.8)."""
    scheme, value, meaning = words.split(" ", 2)
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return Sequence([item])


def node(kind: str, concept: str, below: Many[Dataset] = (), rel: str = "CONTAINS") -> Dataset:
    """A content item without its value (PS3.3 C.17.3)."""
    item = Dataset()
    item.RelationshipType, item.ValueType = rel, kind
    item.ConceptNameCodeSequence = coded(concept)
    if kind == "CONTAINER":
        item.ContinuityOfContent = "SEPARATE"
    if below:
        item.ContentSequence = Sequence(below)
    return item


def box(concept: str, *below: Dataset) -> Dataset:
    """A container."""
    return node("CONTAINER", concept, below)


def num(concept: str, value: str, unit: str, *below: Dataset) -> Dataset:
    """A measurement; unit: a UCUM symbol, its meaning the same unless 'symbol|meaning'."""
    item = node("NUM", concept, below)
    symbol, _, meaning = unit.partition("|")
    measured = Dataset()
    measured.NumericValue, measured.MeasurementUnitsCodeSequence = (
        value,
        coded(f"UCUM {symbol} {meaning or symbol}"),
    )
    item.MeasuredValueSequence = Sequence([measured])
    return item


def code(concept: str, value: str, *below: Dataset, rel: str = "CONTAINS") -> Dataset:
    """A coded value."""
    item = node("CODE", concept, below, rel)
    item.ConceptCodeSequence = coded(value)
    return item


def mod(concept: str, value: str) -> Dataset:
    """A code that says what its parent is of."""
    return code(concept, value, rel="HAS CONCEPT MOD")


def text(concept: str, value: str, *below: Dataset, rel: str = "CONTAINS") -> Dataset:
    """Words."""
    item = node("TEXT", concept, below, rel)
    item.TextValue = value
    return item


def day(concept: str, value: str) -> Dataset:
    """A date."""
    item = node("DATE", concept)
    item.Date = value
    return item


def moment(concept: str, value: str) -> Dataset:
    """A date with its time."""
    item = node("DATETIME", concept)
    item.DateTime = value
    return item


def uid(concept: str, value: str) -> Dataset:
    """A reference by UID."""
    item = node("UIDREF", concept)
    item.UID = value
    return item


SITE = "SCT 363698007 Finding Site"
FINDINGS, GROUP = "DCM 121070 Findings", "DCM 125007 Measurement Group"
MEAN = mod("DCM 121401 Derivation", "SCT 373098007 Mean")
CHOSEN = mod("DCM 121404 Selection Status", "DCM 121412 Mean value chosen")
CM, MM, SECONDS = "cm", "mm", "s"
LVIDD = "LN 29436-3 Left Ventricle Internal End Diastolic Dimension"
GA = "LN 18185-9 Gestational Age"


def findings(site: str, *groups: Dataset) -> Dataset:
    """Findings at a site."""
    return box(FINDINGS, mod(SITE, site), *groups)


def group(mode: str, *below: Dataset) -> Dataset:
    """A group measured in one mode of the machine."""
    return box(GROUP, mod("SCT 399264008 Image Mode", mode), *below)


def echo() -> Dataset:
    """TID 5200."""
    return box(
        "DCM 125200 Adult Echocardiography Procedure Report",
        findings(
            "SCT 87878005 Left Ventricle",
            group(
                "SCT 399064001 2D mode",
                num(LVIDD, "4.81", CM),
                num(LVIDD, "4.93", CM),
                num(LVIDD, "4.87", CM, MEAN, CHOSEN),
                num("LN 29438-9 Left Ventricle Internal Systolic Dimension", "3.12", CM),
                num(
                    "LN 18043-0 Left Ventricular Ejection Fraction",
                    "61.5",
                    "%|percent",
                    mod("SCT 370129005 Measurement Method", "DCM 125207 Method of Disks, Biplane"),
                ),
            ),
            group(
                "SCT 399155008 M mode",
                num("LN 18154-5 Interventricular Septum Diastolic Thickness", "0.94", CM),
                num("LN 18152-9 Left Ventricle Posterior Wall Diastolic Thickness", "0.91", CM),
            ),
        ),
        findings(
            "SCT 34202007 Aortic Valve",
            group(
                "SCT 398992006 Doppler Continuous Wave",
                num("LN 11726-7 Peak Velocity", "1.37", "m/s"),
                num("LN 20247-7 Peak Gradient", "7.51", "mm[Hg]|mmHg"),
                num("LN 20354-1 Velocity Time Integral", "28.4", CM),
            ),
        ),
        box("DCM 121111 Summary", text("DCM 121110 Conclusion", "Normal left ventricular function.")),
    )


def biometry(concept: str, values: Many[str], mean: str, days: str, rank: str) -> Dataset:
    """TID 5008: one measure, its mean, the age that follows and the rank."""
    return box(
        "DCM 125005 Biometry Group",
        *(num(concept, value, CM) for value in values),
        num(concept, mean, CM, MEAN),
        num(
            GA,
            days,
            "d|days",
            code("SCT 117364008 Equation", "LN 11902-4 GA by measure", rel="INFERRED FROM"),
        ),
        num("DCM 125012 Growth Percentile Rank", rank, "%|percent"),
    )


def fetus(name: str, weight: str, bpd: str) -> list[Dataset]:
    """Summary and biometry of one fetus."""
    said = text("LN 11951-1 Fetus ID", name, rel="HAS OBS CONTEXT")
    return [
        box(
            "DCM 125008 Fetus Summary",
            said,
            num("LN 11727-5 Estimated Weight", weight, "g"),
            num("LN 11948-7 Fetal Heart Rate", "148", "{H.B.}/min|bpm"),
        ),
        box(
            "DCM 125002 Fetal Biometry",
            said,
            biometry("LN 11820-8 Biparietal Diameter", [bpd, "8.86"], "8.84", "249", "42"),
            biometry("LN 11984-2 Head Circumference", ["31.7"], "31.7", "251", "47"),
            biometry("LN 11979-2 Abdominal Circumference", ["30.2"], "30.2", "241", "33"),
            biometry("LN 11963-6 Femur Length", ["6.71"], "6.71", "242", "38"),
        ),
    ]


def obgyn() -> Dataset:
    """TID 5000, twins."""
    return box(
        "DCM 125000 OB-GYN Ultrasound Procedure Report",
        box(
            "DCM 121111 Summary",
            day("LN 11955-2 Last Menstrual Period", "20240512"),
            day("LN 11778-8 Estimated Date of Delivery", "20250216"),
            num("LN 11878-6 Number of Fetuses", "2", "1|no units"),
        ),
        *fetus("A", "2410", "8.82"),
        *fetus("B", "2365", "8.79"),
        box(
            "DCM 125011 Pelvis and Uterus",
            num("LN 11961-0 Cervix Length", "3.6", CM),
            num("LN 11865-3 Uterus Length", "14.2", CM),
        ),
    )


def vascular() -> Dataset:
    """TID 5100: both sides of the carotid arteries."""

    def side(name: str, peak: str, end: str) -> Dataset:
        return box(
            FINDINGS,
            mod(SITE, "SCT 32062004 Common Carotid Artery"),
            mod("SCT 272741003 Laterality", name),
            num("LN 11726-7 Peak Systolic Velocity", peak, "cm/s"),
            num("LN 11653-3 End Diastolic Velocity", end, "cm/s"),
            num("LN 12023-8 Resistivity Index", "0.74", "1|no units"),
        )

    return box(
        "DCM 125100 Vascular Ultrasound Procedure Report",
        side("SCT 24028007 Right", "87.3", "22.4"),
        side("SCT 7771000 Left", "93.1", "24.8"),
    )


def simplified_echo() -> Dataset:
    """TID 5300: pre-coordinated measurements."""
    return box(
        "DCM 125200 Adult Echocardiography Procedure Report",
        box(
            "DCM 125301 Pre-coordinated Measurements",
            num("LN 78184-9 LVIDd 2D", "4.72", CM, CHOSEN),
            num("LN 78185-6 LVIDs 2D", "2.95", CM, CHOSEN),
            num("LN 8806-2 LV EF biplane", "63.2", "%|percent", CHOSEN),
        ),
        box(
            "DCM 125302 Post-coordinated Measurements",
            num("LN 11726-7 Peak Velocity", "0.83", "m/s", mod(SITE, "SCT 91134007 Mitral Valve")),
            num("LN 11726-7 Peak Velocity", "2.41", "m/s", mod(SITE, "SCT 46030003 Tricuspid Valve")),
        ),
        box("DCM 125303 Adhoc Measurements", num("DCM 125309 Measured Length", "1.19", CM)),
    )


def hemodynamics() -> Dataset:
    """TID 3500."""
    return box(
        "DCM 122120 Hemodynamics Report",
        box(
            "DCM 122122 Ventricular pressure measurements",
            mod(SITE, "SCT 87878005 Left Ventricle"),
            num("LN 8440-0 Left Ventricular Systolic Pressure", "128", "mm[Hg]|mmHg"),
            num("LN 8416-0 Left Ventricular End Diastolic Pressure", "11", "mm[Hg]|mmHg"),
        ),
        box(
            "DCM 122123 Gradient assessment",
            mod(SITE, "SCT 34202007 Aortic Valve"),
            num("LN 18080-2 Aortic Valve Area", "1.73", "cm2"),
            num("LN 18089-3 Mean Gradient", "14.5", "mm[Hg]|mmHg"),
        ),
        box(
            "DCM 122126 Derived Hemodynamic Measurements",
            num("LN 8741-1 Cardiac Output", "5.42", "l/min"),
            num("LN 8750-2 Cardiac Index", "2.83", "l/min/m2"),
        ),
    )


def cath_log() -> Dataset:
    """TID 3001: entries with their moments."""
    entries = []
    for when, concept, words in (
        ("20250101093000", "DCM 121124 Procedure Action", "Arterial access, right radial"),
        ("20250101094215", "DCM 121123 Patient Status or Event", "Chest pain, subsided"),
        ("20250101095502", "DCM 122081 Drug Administered", "Heparin 5000 IU"),
    ):
        entries.append(text(concept, words))
        entries[-1].ObservationDateTime = when
    return box("DCM 121120 Cath Lab Procedure Log", *entries)


def ivus() -> Dataset:
    """TID 3250: lesions of one vessel."""

    def lesion(name: str, area: str, lumen: str, burden: str) -> Dataset:
        return box(
            "SCT 52988006 Lesion",
            text("DCM 121151 Lesion Identifier", name),
            num("DCM 122333 EEM Cross-Sectional Area", area, "mm2"),
            num("DCM 122332 Lumen Perimeter", lumen, MM),
            num("DCM 122339 Stent Volume Obstruction", burden, "%|percent"),
        )

    return box(
        "DCM 122325 IVUS Report",
        box(
            "SCT 59820001 Vessel",
            mod(SITE, "SCT 68787002 Proximal left anterior descending artery"),
            lesion("1", "14.7", "11.2", "18.5"),
            lesion("2", "12.1", "9.6", "31.4"),
        ),
    )


def ct_cardiac() -> Dataset:
    """TID 3900: calcium scoring."""

    def artery(site: str, score: str, volume: str) -> Dataset:
        return box(
            FINDINGS,
            mod(SITE, site),
            num("DCM 112058 Calcium score", score, "1|no units"),
            num("DCM 122660 Calcium Volume", volume, "mm3"),
        )

    return box(
        "DCM 122600 Cardiovascular Analysis Report",
        box(
            "DCM 122603 Calcium Scoring Analysis",
            artery("SCT 53655008 Left anterior descending artery", "112.4", "98.3"),
            artery("SCT 13647002 Right coronary artery", "37.9", "31.6"),
            artery("SCT 57396003 Left circumflex artery", "8.2", "7.7"),
        ),
    )


def enhanced_dose() -> Dataset:
    """TID 10040: two events and what they add up to."""

    def event(number: int, air_kerma: str, product: str) -> Dataset:
        return box(
            "DCM 130501 Irradiation Event Summary Data",
            text("DCM 113605 Irradiation Event Label", str(number)),
            uid("DCM 113769 Irradiation Event UID", f"2.25.9{number}"),
            moment("DCM 111526 DateTime Started", f"2025010110{number}000"),
            code("DCM 113721 Irradiation Event Type", "SCT 44491008 Fluoroscopy"),
            box(
                "DCM 130502 Reference Point Dosimetry",
                num("DCM 113738 Dose (RP)", air_kerma, "mGy"),
                num("DCM 122130 Dose Area Product", product, "mGy.cm2"),
            ),
            code("DCM 130503 Is Rejected Acquisition", "SCT 373067005 No"),
        )

    return box(
        "DCM 113701 X-Ray Radiation Dose Report",
        mod("DCM 121058 Procedure reported", "DCM 113704 Projection X-Ray"),
        box(
            "DCM 113702 Accumulated X-Ray Dose Data",
            num("DCM 113722 Dose Area Product Total", "4521.5", "mGy.cm2"),
            num("DCM 113725 Dose (RP) Total", "187.25", "mGy"),
            num("DCM 113730 Total Fluoro Time", "312", SECONDS),
        ),
        event(1, "102.25", "2411.25"),
        event(2, "85", "2110.25"),
        box(
            "DCM 130505 Irradiation Details",
            num("DCM 113733 KVP", "81.5", "kV"),
            num("DCM 130509 X-Ray Filter Thickness", "0.3", MM),
        ),
    )


def patient_dose() -> Dataset:
    """TID 10030: two organs."""

    def estimate(name: str, site: str, absorbed: str) -> Dataset:
        return box(
            "DCM 128402 Radiation Dose Estimate",
            text("DCM 128403 Radiation Dose Estimate Name", name),
            box(
                "DCM 128412 Radiation Dose Estimate Representation",
                mod(SITE, site),
                num("DCM 128533 Mean Absorbed Radiation Dose", absorbed, "mGy"),
            ),
            box(
                "DCM 128415 Radiation Dose Estimate Methodology",
                code(
                    "DCM 128476 Radiation Dose Estimate Method", "DCM 128420 Radiation Transport Model Type"
                ),
            ),
        )

    return box(
        "DCM 128401 Patient Radiation Dose Report",
        estimate("Liver dose", "SCT 10200004 Liver", "12.75"),
        estimate("Lung dose", "SCT 39607008 Lung", "9.31"),
    )


def radiopharmaceutical_dose() -> Dataset:
    """TID 10021: one injection, organ doses."""

    def organ(site: str, dose: str) -> Dataset:
        return box(
            "DCM 113517 Organ Dose Information", mod(SITE, site), num("DCM 113518 Organ Dose", dose, "mGy")
        )

    return box(
        "DCM 113500 Radiopharmaceutical Radiation Dose Report",
        mod("DCM 121058 Procedure reported", "SCT 44139003 PET study for localization of tumor"),
        box(
            "DCM 113502 Radiopharmaceutical Administration",
            code("SCT 349358000 Radiopharmaceutical agent", "SCT 35321007 Fluorodeoxyglucose F^18^"),
            num("DCM 113507 Administered activity", "312.4", "MBq"),
            moment("DCM 123003 Radiopharmaceutical Start DateTime", "20250101083000"),
            organ("SCT 89837001 Urinary bladder", "40.61"),
            organ("SCT 80891009 Heart", "20.93"),
        ),
    )


def colon_cad() -> Dataset:
    """TID 4120; its polyps are marked in test_reports."""

    def polyp(number: str, certainty: str, size: str) -> Dataset:
        return code(
            "DCM 111034 Individual Impression/Recommendation"
            if number == "0"
            else "DCM 111059 Single Image Finding",
            "SCT 68496003 Polyp of colon",
            text("DCM 112227 Identifier", number, rel="HAS PROPERTIES"),
            num_of("DCM 111012 Certainty of Finding", certainty, "%|percent"),
            num_of("SCT 373197004 Polyp size, largest dimension", size, MM),
            code(
                "DCM 111056 Rendering Intent",
                "DCM 111150 Presentation Required: Rendering device is expected to present",
                rel="HAS CONCEPT MOD",
            ),
        )

    return box(
        "DCM 112220 Colon CAD Report",
        box(
            "DCM 111028 Image Library",
        ),
        code(
            "DCM 112222 Colon Overall Assessment",
            "DCM 112242 C2 - Intermediate Polyp or Indeterminate Finding",
        ),
        polyp("1", "91.5", "7.25"),
        polyp("2", "64", "5.5"),
    )


def num_of(concept: str, value: str, unit: str) -> Dataset:
    """A number that is a property of its parent."""
    item = num(concept, value, unit)
    item.RelationshipType = "HAS PROPERTIES"
    return item


def breast_imaging() -> Dataset:
    """TID 4200."""
    return box(
        "DCM 111400 Breast Imaging Report",
        box(
            "DCM 121064 Current Procedure Descriptions",
            text("DCM 121065 Procedure Description", "Screening mammography"),
        ),
        box(
            FINDINGS,
            mod(SITE, "SCT 73056007 Right breast"),
            code("DCM 121071 Finding", "SCT 129788004 Mammographic breast mass"),
            num("SCT 81827009 Diameter", "11.5", MM),
        ),
        box(
            "DCM 111413 Overall Assessment",
            code("DCM 111037 Impression", "DCM II.AC.b.4 Category 4: Suspicious abnormality"),
        ),
        text("DCM 111412 Narrative Summary", "Spiculated mass in the right breast."),
    )


def implantation_plan() -> Dataset:
    """TID 7000."""
    return box(
        "DCM 112345 Implantation Plan",
        box(
            "DCM 112360 Implant Component List",
            *(
                box(
                    "DCM 112346 Selected Implant Component",
                    text("DCM 112347 Component ID", name),
                    code("DCM 112370 Component Type", kind),
                    num("DCM 112376 Degree of Freedom Exact Translational Value", value, MM),
                )
                for name, kind, value in (
                    ("Cup", "SCT 304120007 Acetabular component", "52"),
                    ("Stem", "SCT 304121006 Femoral component", "12.5"),
                )
            ),
        ),
        box(
            "DCM 112358 Information used for planning",
            text("DCM 112375 Planning Method", "Two projections, scaled by a ball"),
        ),
    )


def spectacles() -> Dataset:
    """TID 2020."""

    def eye(concept: str, sphere: str, cylinder: str, axis: str) -> Dataset:
        return box(
            concept,
            num("SCT 251795007 Sphere Power", sphere, "[diop]|diopters"),
            num("SCT 251797004 Cylinder Power", cylinder, "[diop]|diopters"),
            num("SCT 251799001 Cylinder Axis", axis, "deg|degrees"),
            num("DCM 111672 Add Near", "2.25", "[diop]|diopters"),
        )

    return box(
        "DCM 111671 Spectacle Prescription Report",
        eye("DCM 111688 Right Eye Rx", "-1.75", "-0.5", "170"),
        eye("DCM 111689 Left Eye Rx", "-2.25", "-0.75", "15"),
        num("DCM 111679 Distance Pupillary Distance", "63.5", MM),
    )


def macular_grid() -> Dataset:
    """TID 2100: the nine fields of one eye."""
    fields = ("Center", "Inner superior", "Inner nasal", "Outer temporal")
    return box(
        "DCM 111690 Macular Grid Thickness and Volume Report",
        box(
            FINDINGS,
            mod("SCT 272741003 Laterality", "SCT 24028007 Right"),
            *(
                num(f"DCM 11{1712 + n} {name} subfield macular thickness", str(251.5 + 31 * n), "um")
                for n, name in enumerate(fields)
            ),
            num("DCM 111721 Total macular volume", "8.62", "mm3"),
            num("DCM 111693 Analysis Quality Rating", "9", "{0:10}|range 0:10"),
        ),
    )


def acquisition_context() -> Dataset:
    """TID 8101: what was done with an animal before its scan."""
    return box(
        "DCM 127001 Preclinical Small Animal Imaging Acquisition Context",
        box(
            "DCM 127051 Heating conditions",
            num("DCM 127052 Feedback temperature", "37.2", "Cel"),
            num("DCM 127053 Sensed temperature", "36.8", "Cel"),
        ),
        box("DCM 127010 Anesthesia", text("SCT 416608005 Drug", "Isoflurane")),
    )


def imaging_agent(root: str, steps: str) -> Dataset:
    """TID 11001 and 11020: an agent in two phases."""

    def phase(name: str, volume: str, flow: str) -> Dataset:
        return box(
            "DCM 130202 Imaging Agent Administration Phase",
            text("DCM 130203 Imaging Agent Administration Phase Identifier", name),
            num("DCM 130205 Initial Volume of Imaging Agent in Container", volume, "ml"),
            num("DCM 130208 Starting Flow Rate of administration", flow, "ml/s"),
        )

    return box(
        root,
        box(
            "DCM 130183 Imaging Agent Information",
            text("DCM 130254 Imaging Agent Identifier", "Contrast A"),
            num("DCM 130185 Osmolarity at 37C", "521", "mosm/l"),
        ),
        box(steps, phase("Bolus", "80", "4.5"), phase("Flush", "30", "3.25")),
    )


TEMPLATES: dict[str, tuple[str, str, Dataset]] = {
    "echo": (SR + "33", "5200", echo()),
    "obgyn": (SR + "33", "5000", obgyn()),
    "vascular": (SR + "33", "5100", vascular()),
    "simplified-echo": (SR + "72", "5300", simplified_echo()),
    "hemodynamics": (SR + "33", "3500", hemodynamics()),
    "cath-log": (SR + "40", "3001", cath_log()),
    "ivus": (SR + "33", "3250", ivus()),
    "ct-cardiac": (SR + "33", "3900", ct_cardiac()),
    "enhanced-dose": (SR + "76", "10040", enhanced_dose()),
    "patient-dose": (SR + "73", "10030", patient_dose()),
    "radiopharmaceutical-dose": (SR + "68", "10021", radiopharmaceutical_dose()),
    "colon-cad": (SR + "69", "4120", colon_cad()),
    "breast-imaging": (SR + "33", "4200", breast_imaging()),
    "implantation-plan": (SR + "70", "7000", implantation_plan()),
    "spectacles": ("1.2.840.10008.5.1.4.1.1.78.6", "2020", spectacles()),
    "macular-grid": ("1.2.840.10008.5.1.4.1.1.79.1", "2100", macular_grid()),
    "acquisition-context": (SR + "71", "8101", acquisition_context()),
    "planned-agent": (
        SR + "74",
        "11001",
        imaging_agent(
            "DCM 130226 Planned Imaging Agent Administration", "DCM 130195 Imaging Agent Administration Step"
        ),
    ),
    "performed-agent": (
        SR + "75",
        "11020",
        imaging_agent(
            "DCM 130227 Performed Imaging Agent Administration",
            "DCM 130195 Imaging Agent Administration Step",
        ),
    ),
}
