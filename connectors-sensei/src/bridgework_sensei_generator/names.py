"""Names and places the invented practice draws from; all e-mail domains are reserved ones."""

from __future__ import annotations

from typing import Final

_FEMALE = """
Abigail Adriana Alice Alicia Allison Amanda Amelia Amy Ana Andrea Angela Anita Anna April Aria Ashley Audrey
Ava Barbara Beatriz Bella Beth Bianca Brenda Bridget Brooke Camila Carla Carmen Caroline Cassandra Catherine
Cecilia Charlotte Chloe Christina Clara Claire Claudia Colleen Crystal Cynthia Daisy Dana Daniela Deborah Delia
Denise Diana Donna Dorothy Eileen Elaine Eleanor Elena Elise Elizabeth Ella Emily Emma Erica Erin Esther Eva
Evelyn Faith Fiona Frances Gabriela Gail Gina Gloria Grace Guadalupe Hailey Hannah Harper Hazel Heather Heidi
Helen Holly Hope Ingrid Irene Iris Isabel Isla Ivy Jacqueline Jade Jane Janet Jasmine Jean Jenna Jennifer
Jessica Joan Jocelyn Josephine Joy Joyce Juanita Judith Julia Juliana Karen Kate Katherine Kayla Keiko Kelly
Kendra Kim Kristen Laura Lauren Leah Leila Leticia Lillian Linda Lisa Lorena Lucia Lucy Luz Lydia Mackenzie
Madeline Maria Marisol Martha Mary Maya Megan Melanie Melissa Mia Michelle Mila Miriam Molly Monica Nadia
Naomi Natalie Nicole Nina Noelle Nora Olivia Paige Pamela Patricia Paula Penelope Phoebe Priya Quinn Rachel
Rebecca Renee Rosa Rose Ruby Ruth Sabrina Samantha Sandra Sara Savannah Selena Serena Shannon Sharon Sofia
Stella Stephanie Susan Sylvia Tamara Tara Teresa Tiffany Tracy Uma Valerie Vanessa Vera Veronica Victoria Violet
Virginia Wendy Whitney Ximena Yolanda Yvonne Zoe
"""
FEMALE: Final = tuple(_FEMALE.split())
_MALE = """
Aaron Abel Adam Adrian Aidan Alan Albert Alejandro Alex Alfredo Andre Andrew Angel Anthony Antonio Arthur
Austin Axel Barry Benjamin Bernard Blake Bradley Brandon Brian Bruce Bryce Caleb Calvin Cameron Carl Carlos
Chad Charles Chester Christian Christopher Clarence Clayton Cody Cole Colin Connor Craig Curtis Damian Daniel
Darius David Dean Dennis Derek Desmond Diego Dominic Donald Douglas Duane Dustin Dylan Earl Edgar Eduardo Edward
Eli Elias Elliot Emilio Emmanuel Eric Ernest Ethan Eugene Evan Felix Fernando Francis Frank Gabriel Garrett Gary
Gavin George Gerald Gilbert Glenn Gordon Grant Gregory Gustavo Harold Harrison Hector Henry Hiroshi Howard Hugo
Hunter Ian Isaac Ivan Jack Jackson Jacob Jaime Jake James Jared Jason Javier Jeffrey Jeremy Jerome Jesse Joel
John Jonah Jonathan Jordan Jorge Jose Joseph Joshua Juan Julian Justin Keith Kenneth Kevin Kyle Lance Larry
Lawrence Leo Leonard Levi Liam Lloyd Logan Louis Lucas Luis Luke Malcolm Manuel Marco Marcus Mario Mark Martin
Mason Matthew Maurice Max Michael Miguel Miles Mitchell Nathan Neil Nicholas Noah Norman Omar Oscar Owen Pablo
Patrick Paul Pedro Peter Philip Rafael Ralph Ramon Randall Raul Ray Reid Ricardo Richard Robert Rodney Roger
Roland Roman Ronald Ross Roy Ruben Russell Ryan Salvador Samuel Scott Sean Sebastian Sergio Seth Shane Simon
Spencer Stanley Stephen Steven Stuart Terrence Theodore Thomas Timothy Todd Travis Trevor Tristan Tyler Victor
Vincent Walter Warren Wayne Wesley William Wyatt Xavier Zachary
"""
MALE: Final = tuple(_MALE.split())
_LAST = """
Abbott Acosta Adams Aguilar Albrecht Allen Alvarez Anderson Andrews Archer Armstrong Arnold Atkins Austin
Avila Bailey Baker Baldwin Ballard Banks Barnes Barrett Barton Bauer Beck Becker Bell Beltran Bennett Benson
Berg Bishop Black Blair Blake Boone Bowen Bowman Boyd Bradford Brady Brandt Brewer Briggs Brooks Brown Bryant
Buchanan Burgess Burke Burton Byrne Cabrera Caldwell Calhoun Campbell Cannon Cardenas Carlson Carpenter Carr
Carroll Carson Carter Casey Castillo Castro Chambers Chan Chandler Chang Chapman Chavez Chen Christensen Clark
Clay Cline Cochran Cole Coleman Collins Conrad Conway Cooper Cordova Cortez Costa Cox Craig Crawford Cross Cruz
Cummings Curtis Dalton Daniels Davenport Davidson Davis Dawson Dean Delgado Diaz Dixon Dominguez Donovan Dorsey
Douglas Doyle Drake Duarte Duncan Dunn Duran Dyer Eaton Edwards Elliott Ellis Ericson Escobar Espinoza Estrada
Evans Farrell Faulkner Ferguson Fernandez Fields Figueroa Finch Fischer Fisher Fitzgerald Fleming Fletcher
Flores Flynn Foley Ford Foster Fowler Fox Francis Franklin Frazier Freeman French Frost Fuentes Fuller Gallagher
Gallegos Galloway Garcia Gardner Garrett Garrison Garza Gibbs Gibson Gilbert Giles Glass Glover Gomez Gonzalez
Goodman Goodwin Gordon Graham Grant Graves Gray Green Greer Griffin Gross Guerrero Gutierrez Haas Hale Hall
Hamilton Hammond Hancock Hansen Hardin Harding Harmon Harper Harrington Harris Harrison Hart Hartman Harvey
Hawkins Hayden Hayes Haynes Heath Hebert Henderson Hendricks Henson Herman Hernandez Herrera Hess Hicks Higgins
Hobbs Hodges Hoffman Hogan Holland Holloway Holmes Holt Hooper Hoover Horn Horton Houston Howard Howell Hubbard
Hudson Huerta Huff Hughes Hull Humphrey Hunter Hurley Hurst Hutchinson Ibarra Ingram Irwin Jackson Jacobs
Jacobson James Jarvis Jenkins Jennings Jensen Jimenez Johansen Johnson Jordan Juarez Kaiser Kane Kaufman Keller
Kelley Kemp Kennedy Kent Kerr Kim Kirby Kirk Klein Kline Knapp Knight Knox Koch Kramer Krause Krueger Lamb
Lambert Lang Lara Larsen Larson Lawrence Lawson Leach Leblanc Lee Leon Leonard Lester Levine Lindsey Little
Livingston Logan Long Lopez Lowe Lozano Lucas Lucero Luna Lynch Lyons Macdonald Macias Mack Madden Maddox
Maldonado Malone Mann Manning Marks Marsh Marshall Martin Martinez Mason Massey Mathis Maxwell Mayer Maynard
Mccarthy McBride McCall McConnell McCormick McCoy McDaniel McDonald McDowell McGee McGrath McGuire McIntyre
McKay McKee McKenzie McKinney McLean McMahon McMillan Medina Mejia Melendez Melton Mendez Mendoza Mercado Mercer
Merritt Meyer Meza Michael Middleton Miles Miller Mills Miranda Mitchell Molina Monroe Montes Montgomery Montoya
Moody Moon Moore Mora Morales Moran Moreno Morgan Morris Morrison Morrow Morse Morton Moss Mueller Mullen
Munoz Murphy Murray Myers Nash Navarro Neal Nelson Newman Newton Nguyen Nichols Nielsen Nixon Noble Nolan
Norris Norton Novak Nunez Obrien Ochoa Oconnor Odom Oliver Olsen Olson Oneal Orozco Orr Ortega Ortiz Osborne
Owens Pace Pacheco Padilla Page Palmer Park Parker Parks Parrish Parsons Patel Patrick Patterson Patton Payne
Pearson Peck Pena Pennington Perez Perkins Perry Peters Petersen Pham Phelps Phillips Pierce Pineda Pittman
Pitts Pollard Ponce Poole Pope Porter Potter Potts Powell Powers Pratt Preston Price Prince Pruitt Quinn
Ramirez Ramos Ramsey Randall Randolph Rasmussen Ray Reed Reese Reeves Reid Reyes Reynolds Rhodes Rice Rich
Richards Richmond Riley Rios Rivas Rivera Robbins Roberson Roberts Robertson Robinson Robles Rocha Rodriguez
Rogers Rojas Rollins Roman Romero Rosales Rosario Rose Ross Roth Rowe Rowland Roy Rubio Ruiz Rush Russell Russo
Ryan Salas Salazar Salinas Sampson Sanchez Sanders Sandoval Santana Santiago Santos Saunders Savage Sawyer
Schaefer Schmidt Schneider Schroeder Schultz Schwartz Sellers Serrano Sexton Shaffer Shannon Sharp Shaw Shea
Shelton Shepherd Sherman Shields Short Silva Simmons Simon Sims Sinclair Singh Skinner Sloan Small Snow Snyder
Solis Solomon Sosa Soto Sparks Spears Spence Stafford Stanley Stanton Stark Steele Stein Stephens Stevens
Stevenson Stokes Stone Stout Strickland Strong Stuart Suarez Sullivan Summers Sutton Swanson Sweeney Tanaka
Tanner Tate Taylor Terrell Terry Thomas Thompson Thornton Todd Torres Townsend Tran Travis Trevino Trujillo
Tucker Turner Tyler Underwood Valdez Valencia Valentine Valenzuela Vance Vargas Vasquez Vaughan Vega Velasquez
Velez Villa Villarreal Vincent Wade Wagner Walker Wallace Waller Walls Walsh Walter Walters Walton Ward Ware
Warner Warren Washington Waters Watkins Watson Watts Weaver Webb Weber Webster Weeks Weiss Welch Wells West
Wheeler Whitaker White Whitehead Whitney Wiggins Wilcox Wiley Wilkins Wilkinson Williams Williamson Willis
Winters Wise Wolf Wolfe Wong Wood Woodard Woodward Wooten Workman Wright Wu Wyatt Yang Yates Yoder York Young
Yu Zamora Zavala Zhang Ziegler Zimmerman Zuniga
"""
LAST: Final = tuple(_LAST.split())
ACCENTED_FIRST: Final = ("José", "Renée", "Zoë", "André", "Sofía", "Jürgen", "Noël", "Mónica")
ACCENTED_LAST: Final = ("Núñez", "Peña", "Müller", "García-Ríos", "O'Connor", "D'Angelo", "Smith-Jones", "Lefèvre")

NICKNAMES: Final = {
    "Robert": "Bob", "William": "Bill", "Richard": "Rick", "Elizabeth": "Liz", "Katherine": "Katie",
    "Catherine": "Cathy", "Margaret": "Peggy", "James": "Jim", "John": "Jack", "Michael": "Mike",
    "Christopher": "Chris", "Christina": "Chris", "Jennifer": "Jen", "Patricia": "Pat", "Patrick": "Pat",
    "Thomas": "Tom", "Timothy": "Tim", "Theodore": "Ted", "Samuel": "Sam", "Samantha": "Sam", "Daniel": "Dan",
    "David": "Dave", "Edward": "Ed", "Anthony": "Tony", "Andrew": "Drew", "Benjamin": "Ben", "Charles": "Chuck",
    "Deborah": "Debbie", "Gregory": "Greg", "Jacqueline": "Jackie", "Jessica": "Jess", "Jonathan": "Jon",
    "Joseph": "Joe", "Joshua": "Josh", "Kenneth": "Ken", "Lawrence": "Larry", "Matthew": "Matt", "Nicholas": "Nick",
    "Pamela": "Pam", "Philip": "Phil", "Rebecca": "Becky", "Ronald": "Ron", "Stephanie": "Steph", "Steven": "Steve",
    "Susan": "Sue", "Victoria": "Vicky", "Zachary": "Zach", "Alexander": "Alex", "Abigail": "Abby",
}  # fmt: skip

_STREETS = """
Alder Antelope Aspen Bear Birch Bluebell Boulder Canyon Cedar Cherry Clover Columbine Cottonwood Creek Deer
Eagle Elk Elm Falcon Fir Foxtail Garnet Granite Hawthorn Heron Hickory Juniper Lake Larch Laurel Lupine Maple
Meadow Mesa Mill Oak Orchard Park Pine Pinon Poplar Prairie Quarry Raven Ridge River Sage Skyline Spruce Summit
Sunset Teller Timber Trail Valley Vista Walnut Willow Yarrow
"""
STREETS: Final = tuple(_STREETS.split())
STREET_KINDS: Final = ("St", "Ave", "Rd", "Ln", "Dr", "Ct", "Way", "Blvd")
CITIES: Final = (
    ("Denver", "CO", "80203"), ("Aurora", "CO", "80012"), ("Lakewood", "CO", "80226"), ("Boulder", "CO", "80301"),
    ("Golden", "CO", "80401"), ("Arvada", "CO", "80003"), ("Littleton", "CO", "80120"), ("Thornton", "CO", "80229"),
    ("Westminster", "CO", "80030"), ("Englewood", "CO", "80110"), ("Flagstaff", "AZ", "86001"),
    ("Longmont", "CO", "80501"),
)  # fmt: skip
AREA_CODES: Final = (
    "303", "720", "970", "719", "928", "602", "480", "623", "520", "505", "575", "801", "385", "435", "307", "406",
    "208", "402", "308", "785", "316", "620", "913", "816", "605", "701", "775", "702", "725", "503", "971", "541",
    "206", "253", "360", "425", "509", "512", "210", "817",
)  # fmt: skip
MAIL_DOMAINS: Final = ("bluemail.example", "rockynet.example", "peakpost.example", "mailhill.example", "inbox.example")
PRACTICE_NAMES: Final = (
    "Silver Pine Dental", "Front Range Smiles", "Columbine Family Dental", "High Mesa Dental Group",
    "Blue Spruce Dentistry", "Prairie Sky Dental",
)  # fmt: skip
PAYERS: Final = (
    ("Summit Dental Benefit", "SDB01"), ("Rocky Mountain Dental Plan", "RMDP7"), ("Evergreen Mutual", "EVM22"),
    ("Pioneer Health Assurance", "PHA40"), ("Continental Dental Trust", "CDT15"), ("Meridian Life and Dental", "MLD63"),
    ("Highline Benefits", "HLB09"), ("Red Rock Insurance", "RRI31"),
)  # fmt: skip
