-- out: JSON array of what is in temp.ended: position, lane, lasted, ending, target
SELECT json_group_array(json_array(position, lane, lasted, ending, target)) FROM temp.ended
